/**
 * The requests behind recorded refusals. A recording of failures has the answers alone; what was asked
 * is known by the case's name, as the page beside the recordings tells it.
 */
import type { Json } from '../recording';
import type { Case, Revision } from './cases';

/** A request that is refused. */
export interface Refused {
  method: string;
  path: string;
  body?: Json;
  type?: string;
  /** Whose token it comes with; the administrator's by default, none where it is empty. */
  token?: string;
  /** The service account, `namespace/name`, whose token it comes with. */
  account?: string;
  /** The path of what is deleted before it. */
  deletes?: string;
  /** Evicts the pod of this number. */
  evictsPod?: number;
  /** What is made before it. */
  first?: Json[];
  /** What is waited for before it. */
  until?: (revisions: Revision[]) => boolean;
}

const NAMESPACE = 'record';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;

function deployment(name: string, container: Json = {}, spec: Json = {}): Json {
  const labels = { 'ai-app-store.io/instance': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `i-${name}`, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'app', image: 'app', ...container }],
          ...spec,
        },
      },
    },
  };
}

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE },
};

function creation(name: string, container?: Json, spec?: Json): Refused {
  return {
    method: 'POST',
    path: DEPLOYMENTS,
    body: deployment(name, container, spec),
    first: [namespace],
  };
}

const isReady = (revisions: Revision[]) =>
  revisions.some(
    ({ kind, object }) =>
      kind === 'Pod' &&
      object.status?.conditions?.some(
        (each: Json) => each.type === 'Ready' && each.status === 'True',
      ),
  );

/** What an account without rights may not, in the order of the recorded refusals. */
function denied(): Refused[] {
  const core = `/api/v1/namespaces/${NAMESPACE}`;
  const account = `${NAMESPACE}/default`;
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'x', namespace: NAMESPACE },
    spec: {},
  };
  const asked: Refused[] = [
    { method: 'POST', path: DEPLOYMENTS, body: deployment('rbac-denied') },
    {
      method: 'PATCH',
      path: `${DEPLOYMENTS}/i-rbac-denied`,
      body: {},
      type: 'application/merge-patch+json',
    },
    { method: 'GET', path: `${core}/pods` },
    { method: 'GET', path: `${core}/pods/i-rbac-denied-0/log` },
    { method: 'GET', path: `${core}/events` },
    { method: 'POST', path: `${core}/persistentvolumeclaims`, body: claim },
    { method: 'DELETE', path: `${core}/secrets/x` },
  ];
  return [
    ...asked.map((each, index) => ({
      ...each,
      account,
      ...(index ? {} : { first: [namespace] }),
    })),
    { method: 'GET', path: `${core}/pods`, token: 'none-that-is-known' },
    { method: 'GET', path: `${core}/pods`, token: '' },
  ];
}

const ENDING = 'record-ending';

const BY_CASE: Record<string, (recorded: Case) => Refused[]> = {
  'namespace-missing': () => [
    {
      method: 'POST',
      path: '/apis/apps/v1/namespaces/record-none/deployments',
      body: {
        ...deployment('namespace-missing'),
        metadata: { name: 'i-namespace-missing', namespace: 'record-none' },
      },
    },
  ],
  'rbac-denied': denied,
  'namespace-terminating': ({ name }) => [
    {
      method: 'POST',
      path: DEPLOYMENTS.replace(NAMESPACE, ENDING),
      body: {
        ...deployment(name),
        metadata: { name: `i-${name}`, namespace: ENDING },
      },
      first: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ENDING } },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'stays',
            namespace: ENDING,
            finalizers: ['example.com/stays'],
          },
        },
      ],
      deletes: `/api/v1/namespaces/${ENDING}`,
    },
  ],
  'quantity-negative': ({ name }) => [
    creation(name, { resources: { limits: { memory: '-1' } } }),
  ],
  'quantity-word': ({ name }) => [
    creation(name, { resources: { limits: { memory: 'lots' } } }),
  ],
  'quantity-request-over-limit': ({ name }) => [
    creation(name, {
      resources: { limits: { memory: '128Mi' }, requests: { memory: '256Mi' } },
    }),
  ],
  'active-deadline-in-deployment': ({ name }) => [
    creation(name, {}, { activeDeadlineSeconds: 60 }),
  ],
  'webhook-down-deployment': ({ name, revisions }) => {
    const [, hook, url, seconds] =
      /webhook "([^"]+)": failed to call webhook: Post "([^?]+)\?timeout=(\d+)s/.exec(
        revisions[0].object.message,
      )!;
    return [
      {
        ...creation(name),
        first: [
          namespace,
          {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingWebhookConfiguration',
            metadata: { name: hook },
            webhooks: [
              {
                name: hook,
                clientConfig: { url },
                timeoutSeconds: Number(seconds),
                sideEffects: 'None',
                admissionReviewVersions: ['v1'],
                rules: [
                  {
                    apiGroups: ['apps'],
                    apiVersions: ['v1'],
                    operations: ['CREATE'],
                    resources: ['deployments'],
                  },
                ],
              },
            ],
          },
        ],
      },
    ];
  },
  'eviction-blocked': ({ revisions }) => {
    const { metadata } = revisions.find(
      ({ kind }) => kind === 'Deployment',
    )!.object;
    return [
      {
        method: 'POST',
        path: '',
        evictsPod: 1,
        first: [
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata: { name: metadata.name, namespace: metadata.namespace },
            spec: {
              maxUnavailable: 0,
              selector: {
                matchLabels: {
                  'ai-app-store.io/instance': metadata.name.slice(2),
                },
              },
            },
          },
        ],
        until: isReady,
      },
    ];
  },
};

/** The requests of a case, in the order of its refusals; none where they are not known. */
export function requestsOf(recorded: Case): Refused[] {
  return BY_CASE[recorded.name]?.(recorded) ?? [];
}
