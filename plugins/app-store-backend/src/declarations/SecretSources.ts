/**
 * Where values of declared secrets come from: a Kubernetes Secret, or a variable of the backend's
 * environment; each only where the configuration lets the location have it.
 */
import type { DeclarationSpec } from '@ai-app-store/backstage-plugin-app-store-common';
import type { V1Secret } from '@kubernetes/client-node';
import { StoreError } from '../errors/StoreError';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { CATALOG_SOURCE, type DeclarationRecord } from './declarationRows';
import type { Trust } from './Trust';

/** What declares it. */
type Declarer = Pick<DeclarationRecord, 'source' | 'location' | 'ownerRef'>;

type Keys = DeclarationSpec<'AppSecret'>['keys'];
type ValueFrom = Keys[string]['valueFrom'];

/** Names a source without a value. */
function nameOf({ environmentVariable, secretKeyRef }: ValueFrom): string {
  return secretKeyRef
    ? `the Kubernetes Secret ${secretKeyRef.name}`
    : `the environment variable ${environmentVariable}`;
}

/** Reads values of secrets. */
export class SecretSources {
  readonly #trust: Trust;
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(options: {
    trust: Trust;
    api: KubeApi;
    namespace: string;
    environment?: NodeJS.ProcessEnv;
  }) {
    this.#trust = options.trust;
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#environment = options.environment ?? process.env;
  }

  /**
   * The values, in base64.
   *
   * @throws StoreError 403 for a source that it may not have, 409 where there is no value
   */
  async read(row: Declarer, keys: Keys): Promise<Record<string, string>> {
    const data: Record<string, string> = {};
    for (const [key, { valueFrom }] of Object.entries(keys)) {
      this.#assertAllowed(row, key, valueFrom);
      const value = await this.#valueOf(valueFrom);
      if (value === undefined)
        throw new StoreError({
          status: 409,
          code: 'SECRET_SOURCE_EMPTY',
          message: `The key ${key} comes from ${nameOf(
            valueFrom,
          )}, which has no such value.`,
          owner: 'admin',
          remedy: 'An admin puts the value there.',
        });
      data[key] = value;
    }
    return data;
  }

  #assertAllowed(row: Declarer, key: string, source: ValueFrom): void {
    const { environmentVariable, secretKeyRef } = source;
    const by =
      row.source === CATALOG_SOURCE
        ? { location: row.location }
        : { ownerRef: row.ownerRef ?? '' };
    const allowed = secretKeyRef
      ? this.#trust.mayTake(by, 'kubernetes', secretKeyRef.name)
      : this.#trust.mayTake(by, 'environment', environmentVariable!);
    if (allowed) return;
    throw new StoreError({
      status: 403,
      code: 'SECRET_SOURCE_NOT_ALLOWED',
      message: `The key ${key} comes from ${nameOf(
        source,
      )}, which this declaration is not allowed to use.`,
      owner: 'admin',
      remedy:
        'An admin adds it to `secrets` of the location in appStore.declarations.trust.',
    });
  }

  async #valueOf(source: ValueFrom): Promise<string | undefined> {
    const { environmentVariable, secretKeyRef } = source;
    if (!secretKeyRef) {
      const value = this.#environment[environmentVariable!];
      return value === undefined
        ? undefined
        : Buffer.from(value).toString('base64');
    }
    const found = await this.#api.get<V1Secret & KubeObject>({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretKeyRef.name, namespace: this.#namespace },
    });
    return found?.data?.[secretKeyRef.key];
  }
}
