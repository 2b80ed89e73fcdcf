/**
 * What of a recording is not compared as it stands, and why. Nothing else in this folder leaves
 * anything out.
 */
import { parseApiPath, type Exchange } from './recording';

/** An exchange that is left out. */
interface Skip {
  reason: string;
  matches(exchange: Exchange): boolean;
}

const under = (roots: string[]) => (exchange: Exchange) =>
  roots.some(root => exchange.request.path.startsWith(root));

/** Each rule is a difference to Kubernetes that is meant; see docs/local-cluster.md. */
export const SKIPS: Skip[] = [
  {
    reason: 'custom resources are not served',
    matches: exchange =>
      exchange.request.path === '/apis/example.com/v1' ||
      under([
        '/apis/apiextensions.k8s.io/',
        '/apis/example.com/v1/namespaces',
        '/apis/example.com/v1/widgets',
      ])(exchange),
  },
  {
    reason:
      'the recorder parsed the body, so that the key that came twice is not in the recording',
    matches: ({ request, response }) =>
      /duplicate field/.test(response.body?.message ?? '') &&
      typeof request.body === 'object',
  },
  {
    reason:
      'the server was recorded without the WatchList feature, which is on here as in clusters of today',
    matches: ({ response }) =>
      /unless the WatchList feature gate is enabled/.test(
        response.body?.message ?? '',
      ),
  },
  {
    reason: 'the port is held by a Service that the recording does not show',
    matches: ({ response }) =>
      /nodePort: .*provided port is already allocated/.test(
        response.body?.message ?? '',
      ),
  },
  {
    reason:
      'how a namespace empties depends on what was in it, which the recording does not show',
    matches: ({ response }) =>
      /unexpected items still remain in namespace|Some resources are remaining/.test(
        JSON.stringify(response.stream ?? ''),
      ),
  },
  {
    reason:
      'how long the kubelet takes to see a pod: here it has begun by the time it is read',
    matches: ({ request, response }) =>
      request.method === 'GET' &&
      response.body?.kind === 'Pod' &&
      Boolean(response.body.spec.nodeName) &&
      !response.body.status.startTime,
  },
  {
    reason: 'Jobs and CronJobs are not served',
    matches: under(['/apis/batch/']),
  },
  {
    reason: 'Ingresses are not served',
    matches: exchange =>
      parseApiPath(exchange.request.path)?.plural === 'ingresses',
  },
];

/** Values that are not compared at all. */
export const IGNORED: Array<{ path: RegExp; reason: string }> = [
  {
    path: /columnDefinitions\[\d+\]\.description$/,
    reason:
      'the documentation of a field; this project copies no texts of Kubernetes',
  },
  {
    path: /^spec\.hostPath\.path$/,
    reason: 'where the node keeps volumes',
  },
  {
    path: /^metadata\.remainingItemCount$/,
    reason: 'of a list of all namespaces: what else is in the cluster',
  },
  {
    path: /(data|data\[)?\.?ca\.crt$/,
    reason: 'the certificate of the cluster',
  },
];

/** What controllers write when they come to it: in the answer to a write it is there or not yet. */
export const IN_FLIGHT = {
  kinds: /^(Deployment|ReplicaSet|StatefulSet|Pod|PersistentVolumeClaim)$/,
  reason: 'reads are asked again until it is there; a write is not',
};

/** The order of a list that is by the second in which each entry was written. */
export const BY_CLOCK = {
  path: /managedFields$/,
  key: (entry: { manager: string; operation: string; subresource?: string }) =>
    `${entry.operation}/${entry.manager}/${entry.subresource ?? ''}`,
  reason: 'which of two entries came first depends on where a second ends',
};

/** Headers that clients act on; the rest is told by HTTP itself or for the operator. */
export const HEADERS = [
  'content-type',
  'cache-control',
  'warning',
  'retry-after',
  'x-content-type-options',
  'www-authenticate',
  'allow',
];

/** A value that the server makes. */
interface ServerMade {
  /** The last element of its path. */
  field: RegExp;
  /** What both values have to be. */
  form: RegExp;
  reason: string;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Values that differ from run to run. One that a request of the file contains is not among them. */
export const SERVER_MADE: ServerMade[] = [
  {
    field:
      /^(creationTimestamp|deletionTimestamp|last(Transition|PhaseTransition|Update|Probe|Heartbeat)Time|startTime|startedAt|finishedAt|(first|last)Timestamp|time|expirationTimestamp)$/,
    form: TIME,
    reason: 'clock',
  },
  {
    field:
      /^(eventTime|acquireTime|renewTime|lastObservedTime|deprecated(First|Last)Timestamp)$/,
    form: new RegExp(`${TIME.source}|${MICRO_TIME.source}`),
    reason: 'clock',
  },
  { field: /^resourceVersion$/, form: /^\d+$/, reason: 'counter of the store' },
  {
    field: /^continue$/,
    form: /^[\w-]+$/,
    reason: 'names a version of the store; that it leads on is played',
  },
  {
    field: /^token$/,
    form: /^[\w-]+\.[\w-]+\.[\w-]+$/,
    reason: 'signed token',
  },
  {
    field: /^containerID$/,
    form: /^containerd:\/\/[0-9a-f]{64}$/,
    reason: 'made by the container runtime',
  },
  {
    field: /^imageID$/,
    form: /^(|.*sha256:[0-9a-f]{64})$/,
    reason: 'digest of an image that is not here',
  },
  {
    field: /^reportingInstance$/,
    form: /^[-a-z0-9]*$/,
    reason: 'name of the recording machine',
  },
];

/** Values that are the server's and come again: what stands for each is learned at these fields. */
export const LEARNED =
  /^(uid|podIP|hostIP|ip|clusterIP|nodePort|pod-template-hash|controller-revision-hash|volumeName|kind-of-name)$/;

/** Numbers of the server. */
export const NUMBERS: Array<{ field: RegExp; reason: string }> = [
  { field: /^nodePort$/, reason: 'a free one of the range' },
];

/** Differences in texts, which are the same up to these. */
export const TEXTS: Array<[RegExp, string]> = [
  [/\b(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+\b(?= |$|\.|,|\))/g, '<duration>'],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<random>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  // The hash of a pod template is of Go's print of it.
  [
    /\b(ReplicaSet|replica set) (\\?"?[a-z0-9-]+)-[bcdfghjklmnpqrstvwxz2456789]{5,10}\b/g,
    '$1 $2-<hash>',
  ],
  // Why a registry that is not here does not answer.
  [/(failed to resolve reference "[^"]+": )[^"]*.*$/g, '$1<reason>'],
  // Versions of the store, where a refusal tells them.
  [/(current: )\d+/g, '$1<version>'],
  [/(too old resource version: )\d+ \(\d+/g, '$1<version> (<version>'],
  // An object that a message quotes.
  [/("resourceVersion\\*":\\*")\d+/g, '$1<version>'],
  [/(?<=\\")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=\\")/g, '<time>'],
  // What follows is a difference as Go's debugging prints it.
  [/\n {2}core\.[\s\S]*$/, ''],
];
