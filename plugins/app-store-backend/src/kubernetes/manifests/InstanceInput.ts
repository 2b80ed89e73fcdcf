/** What the Kubernetes objects of an instance depend on. */
import type { AppManifest } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Scheduling } from '../../config/scheduling';
import type { RuntimeVersion } from '../../config/runtimes';
import type { Sizes } from './sizes';

/** An instance at the moment of its run or redeployment. */
export interface InstanceInput {
  installation: string;
  instanceId: string;
  appId: string;
  ownerRef: string;
  /** The entity in the catalog that declares it. */
  declaredBy?: string;
  namespace: string;
  manifest: AppManifest;
  contentDigest: string;
  /** The content as an image that the nodes pull; absent where they do not. */
  contentImage?: string;
  runtime: RuntimeVersion;
  sizes: Sizes;
  /** Of the runtime version and the launch profile together. */
  scheduling: Scheduling;
  gpu: { nodeLabel: string; resource: string };
  shmSize: string;
  /** What the directories of an app may take that go with its pod. */
  appDirectorySize: string;
  storageClass?: string;
  imagePullSecrets: string[];
  serviceAccount?: string;
  /** Of a container app: the image, with what stands in it filled in. */
  customImage?: string;
  launchProfile?: string;
  /** The RuntimeClass of its launch profile. */
  isolation?: string;
  /** The Kueue queue of its launch profile. */
  queue?: string;
  /** Whose secrets it is started with. */
  secretsOf?: string;
  /** Values of the app's parameters by variable. */
  parameters: Record<string, string>;
  startTimeoutSeconds: number;
  /** The store's address as pods see it. */
  storeUrl: string;
  /** Where the store's people open it. */
  environmentUrl: string;
  gatewayNamespace?: string;
  /** The ConfigMap with the authorities that pods trust. */
  caCertificates?: { configMap: string; key: string };
  /** Rules beside that for the gateway, as a NetworkPolicy has them. */
  networkPolicy: {
    extraIngress: object[];
    egress: object[];
    /** What apps reach that do not say it. */
    defaultEgress: string[];
    /** Ranges that are not the internet, beside private and reserved ones. */
    notPublic: string[];
  };
  extraEnv: Array<{ name: string; value: string }>;
  npmRegistry?: string;
  pypiIndex?: string;
  /** What an installation of dependencies may take. */
  install: { timeoutSeconds: number; limitBytes: number };
  /** Ids of the store's secrets by the names that the manifest uses. */
  secretIds: Record<string, string>;
}
