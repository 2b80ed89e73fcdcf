/** Launch profiles: named sizes that an instance may be run with (specification 2.7). */
import type { Config } from '@backstage/config';
import type { LaunchProfile } from '@ai-app-store/backstage-plugin-app-store-common';
import { quantity, refuse, whole } from './readers';
import { readScheduling, type Scheduling } from './scheduling';

/** See the module's comment. */
export interface ProfileConfig extends LaunchProfile {
  scheduling: Scheduling;
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Reads `launchProfiles`. */
export function readProfiles(config: Config): ProfileConfig[] {
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
      ? whole(entry, 'gpuCount', 0)
      : undefined;
    return {
      name,
      title: entry.getOptionalString('title') ?? name,
      description: entry.getOptionalString('description'),
      memoryLimit: quantity(entry, 'memoryLimit'),
      memoryReservation: quantity(entry, 'memoryReservation'),
      cpuLimit: quantity(entry, 'cpuLimit'),
      cpuReservation: quantity(entry, 'cpuReservation'),
      gpuCount,
      gpuType: entry.getOptionalString('gpuType'),
      scheduling: readScheduling(entry),
    };
  });
}
