/** The pod of an instance. */
import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { AppMode } from '@ai-app-store/backstage-plugin-app-store-common';
import { APP_ROOT, appEnvironment } from './environment';
import { isPreparedInPod } from './contentVolume';
import { initContainers } from './initContainers';
import type { InstanceInput } from './InstanceInput';
import { APP_CONTAINER, QUEUE_LABEL } from './labels';
import { labelsOf } from './metadata';
import { resourcesOf, schedulingOf } from './resources';
import { podSecurityContext, securityContext } from './securityContext';
import { volumesOf } from './volumes';

/** The kubelet's clock for the first success; how long it may take is configuration. */
const STARTUP_PERIOD_SECONDS = 1;

/** Modes of which the program gets arguments: those of app.toml come after the runtime's command. */
const MODES_WITH_ARGS: ReadonlySet<AppMode> = new Set([
  'python',
  'node',
  'container',
]);

function fill(template: string, input: InstanceInput): string {
  const { module = '', port } = input.manifest.runtime;
  return template
    .replaceAll('{{module}}', module)
    .replaceAll('{{port}}', String(port));
}

export function podTemplate(input: InstanceInput): V1PodTemplateSpec {
  const { manifest, runtime } = input;
  const isContainer = manifest.runtime.mode === 'container';
  const { volumes, mounts } = volumesOf(input);
  const command = isContainer
    ? manifest.runtime.entryPoint
    : runtime.command.map(part => fill(part, input));
  return {
    metadata: {
      labels: {
        ...labelsOf(input),
        ...(input.queue ? { [QUEUE_LABEL]: input.queue } : {}),
      },
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Process 1 ignores signals that it has no handler for, and has to reap: the pod's own (pause)
      // does that then. An image of an app's own may count on being it.
      // https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
      ...(isContainer ? {} : { shareProcessNamespace: true }),
      terminationGracePeriodSeconds: 10,
      securityContext: podSecurityContext(),
      ...(input.isolation ? { runtimeClassName: input.isolation } : {}),
      ...schedulingOf(input),
      ...(isPreparedInPod(input)
        ? { initContainers: initContainers(input) }
        : {}),
      containers: [
        {
          name: APP_CONTAINER,
          image: (isContainer && input.customImage) || runtime.image,
          ...(command?.length ? { command } : {}),
          ...(manifest.runtime.args &&
          MODES_WITH_ARGS.has(manifest.runtime.mode)
            ? { args: manifest.runtime.args }
            : {}),
          ...(isContainer ? {} : { workingDir: APP_ROOT }),
          env: appEnvironment(input),
          ports: [
            {
              name: 'http',
              containerPort: manifest.runtime.port,
              protocol: 'TCP',
            },
          ],
          resources: resourcesOf(input),
          securityContext: securityContext(),
          startupProbe: {
            tcpSocket: { port: 'http' },
            periodSeconds: STARTUP_PERIOD_SECONDS,
            failureThreshold: Math.max(
              1,
              Math.ceil(input.startTimeoutSeconds / STARTUP_PERIOD_SECONDS),
            ),
          },
          readinessProbe: {
            tcpSocket: { port: 'http' },
            periodSeconds: 5,
            failureThreshold: 3,
          },
          volumeMounts: mounts,
        },
      ],
      volumes,
    },
  };
}
