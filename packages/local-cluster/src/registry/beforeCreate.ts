/** What becomes of a new object before it is stored: defaults, checks, what only the server writes. */
import { randomBytes, randomUUID } from 'node:crypto';
import { trackUpdate } from '../apply/managedFields';
import { kindSchema, resolve } from '../schema/Schema';
import type { KubeObject } from '../types';
import { invalid } from './errors';
import type { LoopbackAddresses } from './LoopbackAddresses';
import { metadataCauses } from './objectMeta';
import type { Resource } from './Resource';

/** Written by the server alone. */
export const SERVER_OWNED = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'managedFields',
] as const satisfies Array<keyof KubeObject['metadata']>;

/** A name of at most 63 characters that begins as asked. */
export function generatedName(prefix: string): string {
  const suffix = randomBytes(4).readUInt32BE(0).toString(36);
  return `${prefix.slice(0, 58)}${suffix.slice(-5).padStart(5, 'x')}`;
}

/**
 * Completes an object in place.
 *
 * @param options - `managedFields` of an apply; of another write by `fieldManager` they are computed
 * @throws StatusError 422 where a rule is not met
 */
export function beforeCreate(
  resource: Resource,
  object: KubeObject,
  options: {
    fieldManager?: string;
    managedFields?: KubeObject['metadata']['managedFields'];
    addresses: LoopbackAddresses;
    time: string;
  },
): void {
  const { metadata } = object;
  for (const field of SERVER_OWNED) delete metadata[field];
  if (resource.status) delete object.status;
  resource.defaults?.(object);
  const causes = [
    ...metadataCauses(resource, metadata),
    ...(resource.validate?.(object) ?? []),
  ];
  if (causes.length) throw invalid(resource, metadata.name ?? '', causes);
  metadata.uid = randomUUID();
  metadata.creationTimestamp = options.time;
  if (resource.generation) metadata.generation = 1;
  resource.prepareForCreate?.(object, options.addresses);
  metadata.managedFields =
    options.managedFields ??
    trackUpdate({
      node: resolve(kindSchema(resource.kind)),
      before: undefined,
      after: object,
      manager: options.fieldManager ?? 'unknown',
      time: options.time,
    });
}
