/** Causes that no recording has: what the parts of a cluster are known to say. */
import {
  NOW,
  AGO,
  facts,
  event,
  withContent,
  pod,
  creating,
  pulling,
  ended,
  unschedulable,
  refusedBy,
} from './__testUtils__/made';
import { diagnose } from './diagnose';
import type { Facts } from './Facts';
import { refusalFinding } from './rules/refusal';

const CASES: Array<[what: string, facts: Partial<Facts>, code: string]> = [
  ...(
    [
      [
        'unexpected status from HEAD request to https://r/v2/x: 403 Forbidden',
        'IMAGE_FORBIDDEN',
      ],
      [
        "pull access denied for team/app, repository does not exist or may require 'docker login'",
        'IMAGE_FORBIDDEN',
      ],
      [
        'unexpected status from HEAD request to https://r/v2/x: 429 Too Many Requests',
        'REGISTRY_BUSY',
      ],
      [
        'toomanyrequests: You have reached your pull rate limit.',
        'REGISTRY_BUSY',
      ],
      ['no match for platform in manifest: not found', 'IMAGE_WRONG_PLATFORM'],
      [
        'failed to do request: Head "https://r/v2/x": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        'REGISTRY_UNREACHABLE',
      ],
      [
        'failed to do request: Head "https://r/v2/x": dial tcp: lookup r: no such host',
        'REGISTRY_UNREACHABLE',
      ],
      [
        'failed to copy: write /var/lib/x: no space left on device',
        'DISK_FULL',
      ],
      [
        'manifest unknown: manifest tagged by "9" is not found',
        'IMAGE_NOT_FOUND',
      ],
      ['something new', 'IMAGE_UNAVAILABLE'],
    ] as const
  ).map(([message, code]): [string, Partial<Facts>, string] => [
    message,
    { pods: [pod(pulling(message))] },
    code,
  ]),
  ...(
    [
      [
        'pods "i-1" is forbidden: no PriorityClass with name gold was found',
        'PRIORITY_MISSING',
      ],
      [
        'pods "i-1" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
        'ISOLATION_MISSING',
      ],
      [
        'admission webhook "deny.example.com" denied the request: images have to come from here',
        'POLICY_DENIED',
      ],
      [
        "pods \"i-1\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: tags are needed",
        'POLICY_DENIED',
      ],
      [
        'pods "i-1" is forbidden: minimum cpu usage per Container is 100m, but request is 10m',
        'LIMIT_RANGE',
      ],
      [
        'pods "i-1" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is 8.000000',
        'LIMIT_RANGE',
      ],
      ['Internal error occurred: something else', 'CLUSTER_REFUSED'],
    ] as const
  ).map(([message, code]): [string, Partial<Facts>, string] => [
    message,
    { workloads: [refusedBy(message)] },
    code,
  ]),
  [
    'a StatefulSet, of which only events tell',
    {
      workloads: [{ kind: 'StatefulSet', metadata: { name: 'i-1' } }],
      since: new Date(AGO),
      events: [
        event(
          'FailedCreate',
          'create Pod i-1-0 in StatefulSet i-1 failed error: pods "i-1-0" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=0, limited: pods=0',
          { kind: 'StatefulSet', name: 'i-1' },
        ),
      ],
    },
    'QUOTA_EXCEEDED',
  ],
  ...(
    [
      [
        'ProvisioningFailed',
        'storageclass.storage.k8s.io "fast-ssd" not found',
        'VOLUME_UNAVAILABLE',
      ],
      [
        'ExternalProvisioning',
        "Waiting for a volume to be created either by the external provisioner 'csi.example.com' or manually by the system administrator.",
        'VOLUME_UNAVAILABLE',
      ],
      [
        'ClaimLost',
        'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
        'VOLUME_LOST',
      ],
    ] as const
  ).map(([reason, message, code]): [string, Partial<Facts>, string] => [
    message,
    {
      pods: [
        unschedulable(
          '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
        ),
      ],
      events: [
        event(reason, message, {
          kind: 'PersistentVolumeClaim',
          name: 'i-1-data',
        }),
      ],
    },
    code,
  ]),
  ...(
    [
      [
        '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: batch}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
        'NO_CAPACITY',
      ],
      ['0/2 nodes are available: 2 Too many pods.', 'NO_CAPACITY'],
      [
        "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) were unschedulable.",
        'NO_MATCHING_NODE',
      ],
      [
        '0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
        'NODES_CLOSED',
      ],
      [
        '0/1 nodes are available: 1 node(s) had volume node affinity conflict.',
        'VOLUME_UNAVAILABLE',
      ],
    ] as const
  ).map(([message, code]): [string, Partial<Facts>, string] => [
    message,
    { pods: [unschedulable(message)] },
    code,
  ]),
  ...(
    [
      [
        'FailedMount',
        'MountVolume.SetUp failed for volume "file-0" : references non-existent secret key: value',
        'SECRET_KEY_MISSING',
      ],
      [
        'FailedMount',
        'MountVolume.SetUp failed for volume "file-0" : configmap "settings" not found',
        'CONFIG_MISSING',
      ],
      [
        'FailedMount',
        'MountVolume.SetUp failed for volume "x" : hostPath type check failed: /x is not a directory',
        'MOUNT_FAILED',
      ],
      [
        'FailedAttachVolume',
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
        'MOUNT_FAILED',
      ],
      [
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "none" is configured',
        'SANDBOX_FAILED',
      ],
    ] as const
  ).map(([reason, message, code]): [string, Partial<Facts>, string] => [
    message,
    { pods: [pod(creating)], events: [event(reason, message)] },
    code,
  ]),
  [
    'a directory over a file',
    {
      pods: [
        pod(
          ended(
            128,
            'StartError',
            'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/x" to rootfs at "/etc/passwd": not a directory: unknown',
          ),
        ),
      ],
    },
    'START_FAILED',
  ],
  ['an abort', { pods: [pod(ended(134))] }, 'APP_CRASHED'],
  [
    'a full heap',
    {
      pods: [pod(ended(139))],
      log: () =>
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    },
    'HEAP_LIMIT',
  ],
  [
    'a script without #!',
    { pods: [pod(ended(1))], log: () => 'exec /app/run.sh: exec format error' },
    'WRONG_ARCHITECTURE',
  ],
  [
    'dependencies that need too much memory',
    { pods: [pod(creating, { inits: [ended(137, 'OOMKilled')] })] },
    'INSTALL_OUT_OF_MEMORY',
  ],
  [
    'a runtime without its command, of an app whose files are a volume',
    {
      pods: [
        withContent(
          pod({
            state: {
              waiting: {
                reason: 'RunContainerError',
                message:
                  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "app-store-entry": executable file not found in $PATH: unknown',
              },
            },
            lastState: {
              terminated: {
                exitCode: 128,
                reason: 'StartError',
                message:
                  'unable to start container process: exec: "app-store-entry": executable file not found in $PATH: unknown',
              },
            },
          }),
        ),
      ],
    },
    'RUNTIME_FAILED',
  ],
  [
    'a runtime without its entry program',
    {
      pods: [
        pod(creating, {
          inits: [
            ended(
              128,
              'StartError',
              'unable to start container process: exec: "app-store-entry": executable file not found in $PATH: unknown',
            ),
          ],
        }),
      ],
    },
    'RUNTIME_FAILED',
  ],
  [
    'an emptyDir that is full',
    {
      pods: [pod(ended(0, 'Completed'), { status: { phase: 'Succeeded' } })],
      events: [
        event(
          'Evicted',
          'Usage of EmptyDir volume "tmp" exceeds the limit "10Mi". ',
        ),
      ],
    },
    'DISK_LIMIT',
  ],
  [
    'a node without memory',
    {
      pods: [
        pod(ended(137), {
          status: {
            phase: 'Failed',
            reason: 'Evicted',
            message:
              'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ',
          },
        }),
      ],
    },
    'NODE_PRESSURE',
  ],
  [
    'a node that shuts down',
    {
      pods: [
        pod(ended(143), {
          status: {
            phase: 'Failed',
            reason: 'Terminated',
            message:
              'Pod was terminated in response to imminent node shutdown.',
          },
        }),
      ],
    },
    'MOVED',
  ],
  [
    'a pod that gave way',
    {
      pods: [
        pod(creating, {
          metadata: { deletionTimestamp: NOW },
          status: {
            conditions: [
              {
                type: 'DisruptionTarget',
                status: 'True',
                reason: 'PreemptionByScheduler',
              },
            ],
          },
        }),
      ],
    },
    'PREEMPTED',
  ],
];

describe('15: causes that were not recorded', () => {
  it.each(CASES)('15: %s', (_, known, code) => {
    const { finding } = diagnose(facts(known));
    expect(finding?.code).toBe(code);
    expect(finding!.problem.message).not.toMatch(/undefined|NaN/);
    expect(finding!.evidence.length).toBeGreaterThan(0);
  });

  it('15: names a secret as people call it, and never its object', () => {
    const { finding } = diagnose(
      facts({
        pods: [
          pod({
            state: {
              waiting: {
                reason: 'CreateContainerConfigError',
                message: 'secret "s-1" not found',
              },
            },
          }),
        ],
      }),
    );
    expect(finding?.problem.message).toBe(
      'The secret "database" does not exist, and the app needs it.',
    );
    expect(JSON.stringify(finding)).not.toContain('s-1');
  });

  it.each([
    [
      {
        code: 409,
        reason: 'NotOurs',
        message: 'x',
        details: { kind: 'Service', name: 'i-1' },
      },
      'NOT_OURS',
    ],
    [
      {
        code: 429,
        reason: 'TooManyRequests',
        message: 'too many requests, please try again later',
      },
      'CLUSTER_BUSY',
    ],
    [
      {
        code: 500,
        reason: 'InternalError',
        message: 'etcdserver: request timed out',
      },
      'CLUSTER_FAILED',
    ],
    [
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'persistentvolumeclaims "i-1-data" is forbidden: exceeded quota: storage, requested: requests.storage=1Gi, used: requests.storage=9Gi, limited: requests.storage=9Gi',
      },
      'QUOTA_EXCEEDED',
    ],
    [
      {
        code: 422,
        reason: 'Invalid',
        message:
          'NetworkPolicy.networking.k8s.io "i-1" is invalid: spec.egress[0].to[0].ipBlock.cidr: Invalid value: "x"',
      },
      'CONFIGURATION_INVALID',
    ],
  ])('15: a refusal is told as what it is: %j', (refusal, code) => {
    expect(refusalFinding(refusal).code).toBe(code);
  });

  it('15: who asked is not told', () => {
    const { problem, evidence } = refusalFinding({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:serviceaccount:apps:store" cannot list resource "pods" in API group "" in the namespace "apps"',
    });
    expect(problem.message).toBe(
      'The cluster does not allow the store to list pods.',
    );
    expect(JSON.stringify(evidence)).not.toContain('serviceaccount');
  });

  it('15: what a log told holds while the log is gone for moments', () => {
    const seen = (known: Facts['known']) =>
      diagnose(
        facts({
          pods: [pod(ended(1))],
          log: () => 'unable to retrieve container logs for containerd://1',
          known,
        }),
      ).finding;
    expect(seen(undefined)?.code).toBe('APP_EXITED');
    expect(
      seen({ code: 'PORT_IN_USE', message: 'm', remedy: 'r', owner: 'author' }),
    ).toMatchObject({ code: 'PORT_IN_USE', problem: { message: 'm' } });
  });

  it('15: an app that waits in a queue has a notice, and no cause', () => {
    const gated = pod(
      {},
      {
        scheduled: { status: 'False', reason: 'SchedulingGated' },
        status: { containerStatuses: [] },
      },
    );
    gated.spec!.schedulingGates = [{ name: 'kueue.x-k8s.io/admission' }];
    const { finding, notice } = diagnose(facts({ pods: [gated] }));
    expect(finding).toBeUndefined();
    expect(notice).toContain('waits in the queue');
  });
});
