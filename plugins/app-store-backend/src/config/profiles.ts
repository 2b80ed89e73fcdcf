/** Launch profiles: named sizes that an instance may be run with (specification 2.7). */
import type { Config } from '@backstage/config';
import type { LaunchProfile } from '@ai-app-store/backstage-plugin-app-store-common';
import { matching, refuse, sizes, whole } from './readers';
import { readScheduling, type Scheduling } from './scheduling';

/** See the module's comment. */
export interface ProfileConfig extends LaunchProfile {
  /** The resource by which its GPUs are asked for; the store's where there is none. */
  gpuResource?: string;
  scheduling: Scheduling;
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Which processors for graphics an instance may have. */
export interface GpuConfig {
  allowedTypes: string[];
  defaultType?: string;
  /** Most for one instance. */
  maxCount: number;
  nodeLabel: string;
  resource: string;
}

function gpuType(
  config: Config,
  key: string,
  { allowedTypes }: Pick<GpuConfig, 'allowedTypes'>,
): string | undefined {
  const type = config.getOptionalString(key);
  if (type !== undefined && !allowedTypes.includes(type))
    refuse(
      config,
      key,
      `is ${JSON.stringify(type)}, which is none of appStore.gpu.allowedTypes`,
    );
  return type;
}

/** https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/ */
function gpuResource(config: Config, key: string): string | undefined {
  return config.has(key)
    ? matching(
        config,
        key,
        /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
        'the name of a resource with its domain, such as nvidia.com/gpu',
      )
    : undefined;
}

/** Reads `gpu`. */
export function readGpu(config: Config): GpuConfig {
  const allowedTypes = config.getOptionalStringArray('gpu.allowedTypes') ?? [];
  return {
    allowedTypes,
    defaultType: gpuType(config, 'gpu.defaultType', { allowedTypes }),
    maxCount: whole(config, 'gpu.maxCount', 8, { min: 1 }),
    nodeLabel:
      config.getOptionalString('gpu.nodeLabel') ?? 'hac.h2o.ai/accelerator',
    resource: gpuResource(config, 'gpu.resource') ?? 'nvidia.com/gpu',
  };
}

/** Reads `launchProfiles`. */
export function readProfiles(config: Config, gpu: GpuConfig): ProfileConfig[] {
  const names = new Set<string>();
  return (config.getOptionalConfigArray('launchProfiles') ?? []).map(entry => {
    const name = entry.getString('name');
    if (!NAME.test(name))
      refuse(
        entry,
        'name',
        `must be of letters, digits, "-", "_" and "."; it is ${JSON.stringify(
          name,
        )}`,
      );
    if (names.has(name))
      refuse(entry, 'name', `is ${JSON.stringify(name)} a second time`);
    names.add(name);
    const gpuCount = entry.has('gpuCount')
      ? whole(entry, 'gpuCount', 0, { max: gpu.maxCount })
      : undefined;
    return {
      name,
      title: entry.getOptionalString('title') ?? name,
      description: entry.getOptionalString('description'),
      ...sizes(entry),
      gpuCount,
      gpuType: gpuType(entry, 'gpuType', gpu),
      gpuResource: gpuResource(entry, 'gpuResource'),
      scheduling: readScheduling(entry),
    };
  });
}
