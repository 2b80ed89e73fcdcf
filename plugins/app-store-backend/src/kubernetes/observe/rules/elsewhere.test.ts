/** What other clusters say: autoscalers, service meshes, other container runtimes, other releases. */
import type { V1Pod } from '@kubernetes/client-node';
import {
  AGO,
  creating,
  ended,
  event,
  facts,
  NOW,
  pod,
  pulling,
  refusedBy,
  unschedulable,
} from '../__testUtils__/made';
import { packPod, unpackPod } from '../../view/packPod';
import { diagnose } from '../diagnose';
import type { Facts } from '../Facts';
import { refusalFinding } from './refusal';

const seconds = (ago: number) =>
  new Date(NOW.getTime() - ago * 1000) as unknown as Date;
const at = (ago: number, reason: string, message: string) => ({
  ...event(reason, message),
  lastTimestamp: seconds(ago),
});
const running = (more: object = {}) => ({
  ready: true,
  started: true,
  state: { running: { startedAt: AGO } },
  ...more,
});

/** A pod with a container that the cluster has added. */
function meshed(
  app: object,
  added: { init?: object; beside?: object; spec?: object },
): V1Pod {
  const whole = pod(app, {
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: AGO },
        { type: 'ContainersReady', status: 'False', lastTransitionTime: AGO },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
      ],
    },
  });
  const status = (more: object) => ({
    name: 'istio-proxy',
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    ...more,
  });
  const spec = { name: 'istio-proxy', image: 'istio/proxyv2', ...added.spec };
  if (added.init) {
    whole.spec!.initContainers = [spec];
    whole.status!.initContainerStatuses = [status(added.init)];
  }
  if (added.beside) {
    whole.spec!.containers.push(spec);
    whole.status!.containerStatuses!.push(status(added.beside));
  }
  return whole;
}

/** Of pods as they are kept in memory. */
const seen = (change: Partial<Facts>) =>
  diagnose(
    facts({
      ...change,
      pods: (change.pods ?? []).map(each =>
        unpackPod(packPod(each, 'no id'), 'no id'),
      ),
    }),
  );
const codeOf = (change: Partial<Facts>) => seen(change).finding?.code;

describe('15: containers that the cluster adds', () => {
  const sidecar = { restartPolicy: 'Always' };

  it.each<[string, V1Pod, string | undefined]>([
    [
      'an init container that fails',
      meshed(creating, { init: ended(1) }),
      'SIDECAR_FAILED',
    ],
    [
      'one that needs more memory',
      meshed(creating, { init: ended(137, 'OOMKilled') }),
      'SIDECAR_FAILED',
    ],
    [
      'one that does not end',
      meshed(creating, {
        init: { state: { running: { startedAt: seconds(90) } } },
      }),
      'SIDECAR_FAILED',
    ],
    [
      'a sidecar that does not come up',
      meshed(creating, {
        spec: sidecar,
        init: { state: { running: { startedAt: seconds(90) } } },
      }),
      'SIDECAR_FAILED',
    ],
    [
      'a sidecar that ended once',
      meshed(creating, { spec: sidecar, init: ended(255) }),
      undefined,
    ],
    [
      'a sidecar that runs, before an app that starts slowly',
      meshed(
        { state: { running: { startedAt: seconds(10) } } },
        { spec: sidecar, init: running() },
      ),
      undefined,
    ],
    [
      'an app that ends behind a sidecar that was started again',
      meshed(ended(1), {
        spec: sidecar,
        init: running({ restartCount: 1, lastState: ended(255).state }),
      }),
      'APP_EXITED',
    ],
    [
      'one beside an app that is well',
      meshed(running(), { beside: { state: { running: { startedAt: AGO } } } }),
      'SIDECAR_FAILED',
    ],
    [
      'one that crashes beside an app that is well',
      meshed(running(), {
        beside: {
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: ended(1).state,
        },
      }),
      'SIDECAR_FAILED',
    ],
    [
      'the command of an image behind one',
      meshed(
        ended(
          128,
          'StartError',
          'unable to start container process: exec: "gunicorn": executable file not found in $PATH: unknown',
        ),
        { init: ended(0, 'Completed') },
      ),
      'COMMAND_NOT_FOUND',
    ],
  ])('%s', (_, made, code) => {
    expect(codeOf({ pods: [made] })).toBe(code);
  });

  it('a probe that ends one of them is none of the app', () => {
    const made = meshed(ended(1), { beside: running() });
    expect(
      codeOf({
        pods: [made],
        events: [
          event(
            'Killing',
            'Container istio-proxy failed startup probe, will be restarted',
          ),
        ],
      }),
    ).toBe('APP_EXITED');
  });

  it('a load balancer that does not agree', () => {
    const made = pod(running(), {
      status: {
        phase: 'Running',
        conditions: [
          { type: 'PodScheduled', status: 'True', lastTransitionTime: AGO },
          { type: 'ContainersReady', status: 'True', lastTransitionTime: AGO },
          { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' },
          {
            type: 'lb.example/health',
            status: 'False',
            message: 'Health checks failed',
          },
        ],
      },
    });
    made.spec!.readinessGates = [{ conditionType: 'lb.example/health' }];
    expect(seen({ pods: [made] }).finding).toMatchObject({
      code: 'READINESS_GATE',
      problem: { message: expect.stringContaining('Health checks failed') },
    });
  });
});

describe('15: nodes that come and go', () => {
  const full = unschedulable('0/3 nodes are available: 3 Insufficient cpu.');

  it.each([
    ['TriggeredScaleUp', 'pod triggered scale-up: [{group 3->4 (max: 10)}]'],
    ['Nominated', 'Pod should schedule on: nodeclaim/default-abc'],
  ])('are waited for: %s', (reason, message) => {
    const { finding, notice } = seen({
      pods: [full],
      events: [event(reason, message)],
    });
    expect(finding).toBeUndefined();
    expect(notice).toContain('A new node is being added');
  });

  it.each([
    [
      "pod didn't trigger scale-up: 2 Insufficient cpu",
      'no kind of node fits',
      'a larger kind of node',
    ],
    [
      "pod didn't trigger scale-up: 1 max node group size reached",
      'as many as it may have',
      'more capacity',
    ],
  ])('or do not come: %s', (message, why, remedy) => {
    const { finding } = seen({
      pods: [full],
      events: [event('NotTriggerScaleUp', message)],
    });
    expect(finding!.problem.message).toContain(why);
    expect(finding!.problem.remedy).toContain(remedy);
  });

  it.each<[string, object, string]>([
    ['a node that shuts down', { reason: 'Terminated' }, 'MOVED'],
    ['a critical pod', { reason: 'Preempting' }, 'PREEMPTED'],
    ['labels that changed', { reason: 'NodeAffinity' }, 'MOVED'],
    [
      'a limit of its own',
      {
        reason: 'Evicted',
        message:
          'Container app exceeded its local ephemeral storage limit "1Gi".',
      },
      'DISK_LIMIT',
    ],
  ])('end a pod: %s', (_, status, code) => {
    const made = pod(ended(137), { status: { phase: 'Failed', ...status } });
    expect(codeOf({ pods: [made] })).toBe(code);
  });
});

describe('15: volumes that are made for their pod', () => {
  it('cannot be made, and the pod says nothing', () => {
    const made = pod(creating);
    made.status!.conditions = [];
    const { finding } = seen({
      pods: [made],
      claim: {
        metadata: { name: 'i-0b1c2d3e-data' },
        status: { phase: 'Pending' },
      },
      events: [
        event(
          'ProvisioningFailed',
          'failed to provision volume with StorageClass "gp3": rpc error: code = ResourceExhausted desc = VolumeLimitExceeded for claim i-0b1c2d3e-data',
          { kind: 'PersistentVolumeClaim', name: 'i-0b1c2d3e-data' },
        ),
      ],
    });
    expect(finding!.problem.message).toBe(
      'The cluster does not provide the volume of the instance: VolumeLimitExceeded for claim of the instance.',
    );
  });

  it.each([
    [
      '0/6 nodes are available: 2 Insufficient cpu, 4 node(s) had volume node affinity conflict.',
      'NO_CAPACITY',
    ],
    [
      '0/6 nodes are available: 6 node(s) had volume node affinity conflict.',
      'VOLUME_UNAVAILABLE',
    ],
  ])('are where their nodes are: %s', (message, code) => {
    expect(codeOf({ pods: [unschedulable(message)] })).toBe(code);
  });
});

describe('15: what failed first and went well then', () => {
  it.each([
    ['FailedMount', 'MountVolume.SetUp failed for volume "x" : timed out'],
    ['FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"'],
    ['FailedCreatePodSandBox', 'Failed to create pod sandbox: no agent'],
  ])('%s, then the image is pulled', (reason, message) => {
    const { finding, notice } = seen({
      pods: [pod(creating)],
      events: [
        at(40, reason, message),
        at(20, 'Pulling', 'Pulling image "registry.example.com/team/app:1"'),
      ],
    });
    expect(finding).toBeUndefined();
    expect(notice).toContain('is being pulled');
  });
});

describe('15: images, in the words of other runtimes', () => {
  it.each([
    [
      'failed to do request: Head "https://r/v2/x": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'REGISTRY_UNREACHABLE',
      'trust the certificate',
    ],
    [
      'http: server gave HTTP response to HTTPS client',
      'REGISTRY_UNREACHABLE',
      'plain HTTP',
    ],
    [
      'reading manifest 1 in docker.io/team/app: requested access to the resource is denied',
      'IMAGE_FORBIDDEN',
      'Check the name',
    ],
    [
      'unexpected media type text/html for sha256:0: not found',
      'REGISTRY_FAILED',
      'check the registry',
    ],
    [
      'no image found in manifest list for architecture "arm64"',
      'IMAGE_WRONG_PLATFORM',
      'architecture',
    ],
    [
      'short name mode is enforcing, but image name team/app:1 returns ambiguous list',
      'IMAGE_NAME_INVALID',
      'name of the image',
    ],
    [
      'failed to resolve image: registry.example.com/team/app:429: not found',
      'IMAGE_NOT_FOUND',
      'corrected',
    ],
  ])('%s', (message, code, remedy) => {
    const { finding } = seen({ pods: [pod(pulling(message))] });
    expect(finding!.code).toBe(code);
    expect(finding!.problem.remedy).toContain(remedy);
  });

  it('a kubelet that only says that it waits', () => {
    const made = pod(
      pulling('Back-off pulling image "registry.example.com/team/app:1"'),
    );
    const told = event(
      'Failed',
      'Failed to pull image "registry.example.com/team/app:1": not found',
    );
    expect(codeOf({ pods: [made], events: [told] })).toBe('IMAGE_NOT_FOUND');
    const known = {
      code: 'IMAGE_NOT_FOUND',
      message: 'm',
      remedy: 'r',
      owner: 'author' as const,
    };
    expect(seen({ pods: [made], known }).finding).toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      problem: known,
    });
  });

  it.each([
    [
      'container create failed: runc create failed: unable to start container process: exec: "gunicorn": executable file not found in $PATH',
      'COMMAND_NOT_FOUND',
    ],
    [
      'container create failed: executable file `gunicorn` not found in $PATH: No such file or directory',
      'COMMAND_NOT_FOUND',
    ],
    [
      'container create failed: open executable: Permission denied',
      'NOT_EXECUTABLE',
    ],
    ['no command specified', 'START_FAILED'],
    ['the pod was not found in the runtime', 'CONTAINER_REFUSED'],
  ])('a container: %s', (message, code) => {
    const made = pod({
      state: { waiting: { reason: 'CreateContainerError', message } },
    });
    expect(codeOf({ pods: [made] })).toBe(code);
  });

  it.each([
    [
      'unable to start container process: error during container init: nvidia-container-cli: initialization error: nvml error: driver not loaded',
      'CONTAINER_REFUSED',
    ],
    [
      'unable to start container process: container init was OOM-killed (memory limit too low?)',
      'MEMORY_TOO_SMALL',
    ],
  ])('a start: %s', (message, code) => {
    expect(codeOf({ pods: [pod(ended(128, 'StartError', message))] })).toBe(
      code,
    );
  });

  it('a user that is a name', () => {
    const made = pod({
      state: {
        waiting: {
          reason: 'CreateContainerConfigError',
          message:
            'container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root',
        },
      },
    });
    expect(seen({ pods: [made] }).finding!.problem.message).toContain('"app"');
  });
});

describe('15: policies', () => {
  const told = (message: string) =>
    seen({ workloads: [refusedBy(message)] }).finding!;

  it.each([
    [
      'pods "x" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden]',
      'POD_SECURITY',
      'OpenShift',
    ],
    [
      'Internal error occurred: failed calling webhook "w.example": tls: failed to verify certificate: x509: unknown authority',
      'WEBHOOK_UNREACHABLE',
      'does not trust',
    ],
    [
      'Pod "i-0b1c2d3e-1" is invalid: spec.containers[0].resources.requests: Invalid value: "512Mi": must be less than or equal to memory limit of 64Mi',
      'LIMIT_RANGE',
      'memory of 512Mi',
    ],
  ])('%s', (message, code, words) => {
    expect(told(message).code).toBe(code);
    expect(told(message).problem.message).toContain(words);
  });

  it('speak of their rule, and of nobody', () => {
    const { problem, evidence } = told(
      'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/apps/i-0b1c2d3e-x was blocked due to the following policies \n\nrequire-labels:\n  check-team: label team is needed\nRequested by user: \'system:serviceaccount:apps:store\'',
    );
    expect(problem.message).toBe(
      'The policy validate.kyverno.svc-fail of the cluster does not allow the app: require-labels: check-team: label team is needed',
    );
    expect(JSON.stringify(evidence)).not.toContain('serviceaccount');
  });

  it.each([
    [
      {
        code: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on deployments.apps "i-0b1c2d3e": the object has been modified; please apply your changes to the latest version',
      },
      'CLUSTER_BUSY',
    ],
    [
      {
        code: 422,
        reason: 'Invalid',
        message:
          'Deployment.apps "i-0b1c2d3e" is invalid: spec.template.spec.runtimeClassName: Invalid value: "A"',
      },
      'CONFIGURATION_INVALID',
    ],
    [
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'persistentvolumeclaims "i-0b1c2d3e-data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      },
      'CLUSTER_REFUSED',
    ],
  ])('a refusal without names: %j', (refusal, code) => {
    const finding = refusalFinding(refusal);
    expect(finding.code).toBe(code);
    expect(finding.problem.message).not.toContain('i-0b1c2d3e');
  });
});

it('15: a gate that is no queue', () => {
  const gated = pod(creating, {
    scheduled: { status: 'False', reason: 'SchedulingGated' },
  });
  gated.spec!.schedulingGates = [{ name: 'example.com/hold' }];
  expect(seen({ pods: [gated] }).notice).toContain('example.com/hold');
  gated.spec!.schedulingGates = [{ name: 'kueue.x-k8s.io/admission' }];
  expect(seen({ pods: [gated], queuePosition: 3 }).notice).toContain(
    'at position 3',
  );
});
