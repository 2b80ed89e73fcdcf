/** Renders the Kubernetes objects of an instance from the app, the store's configuration and secrets. */
import type { StoreConfig } from '../config/StoreConfig';
import { merged } from '../config/scheduling';
import type { AppRecord } from '../apps/AppRepository';
import type { UsedSecret } from './usedSecrets';
import type { SecretRepository } from '../secrets/SecretRepository';
import { effectiveManifest, secretUser } from '../apps/Preconditions';
import type { Runtimes } from '../apps/Runtimes';
import {
  buildInstanceObjects,
  type InstanceObjects,
} from '../kubernetes/manifests/instanceObjects';

/** Collects what the objects of an instance depend on, and builds them. */
export class InstanceRenderer {
  readonly #config: StoreConfig;
  readonly #installation: string;
  readonly #storeUrl: string;
  readonly #secrets: SecretRepository;
  readonly #runtimes: Runtimes;
  readonly #contentImageOf: (app: AppRecord) => string | undefined;
  readonly #declaredBy: (id: string) => Promise<string | undefined>;

  constructor(options: {
    config: StoreConfig;
    installation: string;
    /** The store's address as pods see it. */
    storeUrl: string;
    secrets: SecretRepository;
    runtimes: Runtimes;
    /** The image that holds the content of an app; undefined where nodes pull none. */
    contentImageOf: (app: AppRecord) => string | undefined;
    /** The entity in the catalog that declares an instance. */
    declaredBy: (id: string) => Promise<string | undefined>;
  }) {
    this.#config = options.config;
    this.#installation = options.installation;
    this.#storeUrl = options.storeUrl;
    this.#secrets = options.secrets;
    this.#runtimes = options.runtimes;
    this.#contentImageOf = options.contentImageOf;
    this.#declaredBy = options.declaredBy;
  }

  /** The secrets that an instance of an app is started with now. */
  async #secretsOf(app: AppRecord): Promise<{
    ids: Record<string, string>;
    used: UsedSecret[];
  }> {
    const names = new Set(
      [...app.manifest.env, ...app.manifest.files].flatMap(
        entry => entry.secret ?? [],
      ),
    );
    // A secret is its app owner's, not the one's who starts it (specification 6.6).
    const found = await this.#secrets.resolve(secretUser(app), [...names]);
    return {
      ids: Object.fromEntries(
        [...found].map(([name, secret]) => [name, secret.id]),
      ),
      used: [...found.values()].map(secret => ({
        secretId: secret.id,
        valueVersion: secret.valueVersion,
      })),
    };
  }

  /** The objects of an instance, and the values of secrets that they stand for. */
  async render(
    app: AppRecord,
    instance: {
      id: string;
      ownerRef: string;
      /** Where that is not written down yet. */
      declaredBy?: string;
      launchProfile?: string;
      parameters: Record<string, string>;
    },
  ): Promise<{ objects: InstanceObjects; used: UsedSecret[] }> {
    const config = this.#config;
    const manifest = effectiveManifest(app);
    const runtime = this.#runtimes.find(manifest)!;
    const profile = this.#runtimes.profiles.find(
      each => each.name === instance.launchProfile,
    );
    const { customImage } = manifest.runtime;
    const { ids, used } = await this.#secretsOf(app);
    const objects = buildInstanceObjects({
      installation: this.#installation,
      instanceId: instance.id,
      appId: app.id,
      ownerRef: instance.ownerRef,
      declaredBy: instance.declaredBy ?? (await this.#declaredBy(instance.id)),
      namespace: config.kubernetes.namespace,
      manifest,
      contentDigest: app.contentDigest,
      contentImage: this.#contentImageOf(app),
      runtime,
      sizes: this.#runtimes.sizes(manifest, instance.launchProfile),
      scheduling: merged(runtime.scheduling, profile?.scheduling),
      gpu: {
        ...config.gpu,
        resource: profile?.gpuResource ?? config.gpu.resource,
      },
      shmSize: config.shmSize,
      appDirectorySize: config.appDirectorySize,
      storageClass: config.kubernetes.storageClass,
      imagePullSecrets: config.kubernetes.imagePullSecrets,
      serviceAccount: app.serviceAccount ?? config.kubernetes.serviceAccount,
      customImage: customImage && this.#runtimes.image(customImage, manifest),
      launchProfile: instance.launchProfile,
      isolation: profile?.isolation,
      queue: profile?.queue,
      secretsOf: app.ownerRef,
      parameters: instance.parameters,
      startTimeoutSeconds: config.startTimeoutSeconds,
      storeUrl: this.#storeUrl,
      environmentUrl: config.portalUrl.origin,
      gatewayNamespace: config.kubernetes.gatewayNamespace,
      caCertificates: config.kubernetes.caCertificates,
      networkPolicy: config.kubernetes.networkPolicy,
      extraEnv: config.extraEnv,
      npmRegistry: config.npmRegistry,
      pypiIndex: config.pypiIndex,
      install: {
        timeoutSeconds: config.installTimeoutSeconds,
        limitBytes: config.limits.environmentBytes,
      },
      secretIds: ids,
    });
    return { objects, used };
  }
}
