/** What becomes of a new object before it is stored: defaults, checks, what only the server writes. */
import { randomBytes, randomUUID } from 'node:crypto';
import { trackUpdate } from '../apply/managedFields';
import { kindSchema } from '../schema/Schema';
import type { KubeObject } from '../types';
import { invalid } from './errors';
import type { Admission } from '../admission/Admission';
import type { User } from '../User';
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

/** Without vowels and what looks like another: no random word is a bad one (apimachinery's `rand`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A text out of that alphabet for any other. */
export function safeEncode(text: string): string {
  return [...text]
    .map(char => ALPHABET[char.charCodeAt(0) % ALPHABET.length])
    .join('');
}

/** A name of at most 63 characters that begins as asked. */
export function generatedName(prefix: string): string {
  const suffix = [...randomBytes(5)]
    .map(byte => ALPHABET[byte % ALPHABET.length])
    .join('');
  return `${prefix.slice(0, 58)}${suffix}`;
}

/** How an object is completed. */
export interface CreateOptions {
  fieldManager?: string;
  user?: User;
  /** Of an apply; of another write by `fieldManager` they are computed. */
  managedFields?: KubeObject['metadata']['managedFields'];
  admission?: Admission;
  time: string;
}

/**
 * Completes an object in place.
 *
 * @returns warnings
 * @throws StatusError 403 where it is not admitted, 422 where a rule is not met
 */
export function beforeCreate(
  resource: Resource,
  object: KubeObject,
  options: CreateOptions,
): string[] {
  const { metadata } = object;
  const { admission, user } = options;
  for (const field of SERVER_OWNED) delete metadata[field];
  if (resource.status) delete object.status;
  dropEmpty(metadata);
  resource.defaults?.(object);
  // What is added from here on is nobody's: fields belong to who named them, defaults included.
  const managedFields =
    options.managedFields ??
    trackUpdate({
      node: kindSchema(resource),
      before: undefined,
      after: object,
      manager: options.fieldManager ?? 'unknown',
      time: options.time,
    });
  admission?.mutate({ resource, object, user });
  if (!metadata.name && metadata.generateName)
    metadata.name = generatedName(metadata.generateName);
  metadata.uid = randomUUID();
  metadata.creationTimestamp = options.time;
  if (resource.generation) metadata.generation = 1;
  resource.prepareForCreate?.(object);
  const causes = [
    ...metadataCauses(resource, metadata),
    ...(resource.validate?.(object) ?? []),
  ];
  if (causes.length) throw invalid(resource, metadata.name ?? '', causes);
  const warnings = [
    ...(resource.warnings?.(object) ?? []),
    ...(admission?.validate({ resource, object, user }) ?? []),
  ];
  if (managedFields.length) metadata.managedFields = managedFields;
  return warnings;
}

/** Maps and lists that hold nothing are not there (Go's `omitempty`). */
export function dropEmpty(metadata: KubeObject['metadata']): void {
  for (const field of [
    'labels',
    'annotations',
    'finalizers',
    'ownerReferences',
  ] as const) {
    const value = metadata[field];
    if (value && !Object.keys(value).length) delete metadata[field];
  }
  if (!metadata.generateName) delete metadata.generateName;
}
