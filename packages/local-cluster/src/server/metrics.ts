/** `/metrics`, in the text format of Prometheus. */
import type { Registry } from '../registry/Registry';

export function metricsOf(registry: Registry): string {
  const nameOf = (plural: string, group: string) =>
    group ? `${plural}.${group}` : plural;
  const lines = [
    '# HELP apiserver_storage_objects Number of stored objects.',
    '# TYPE apiserver_storage_objects gauge',
    ...registry
      .resources()
      .map(
        ({ plural, group }) =>
          `apiserver_storage_objects{resource="${nameOf(
            plural,
            group,
          )}"} ${registry.store.count(plural)}`,
      ),
    '# HELP process_resident_memory_bytes Resident memory size in bytes.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
  ];
  return `${lines.join('\n')}\n`;
}
