/** The rules for `metadata`, which hold for every kind. A real server knows more of them. */
import type { KubeObject } from '../types';
import { bad, required, type Cause } from './causes';
import type { Resource } from './Resource';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

function nameCauses(resource: Resource, name: string | undefined): Cause[] {
  const field = 'metadata.name';
  if (!name) return [required(field, 'name or generateName is required')];
  if (resource.nameIsLabel && (!LABEL.test(name) || name.length > 63))
    return [
      bad(
        field,
        name,
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      ),
    ];
  if (!SUBDOMAIN.test(name) || name.length > 253)
    return [
      bad(
        field,
        name,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      ),
    ];
  return [];
}

/** What is wrong with the name and the labels. */
export function metadataCauses(
  resource: Resource,
  { name, labels }: KubeObject['metadata'],
): Cause[] {
  return [
    ...nameCauses(resource, name),
    ...Object.values(labels ?? {})
      .filter(value => !LABEL_VALUE.test(value) || value.length > 63)
      .map(value =>
        bad(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
      ),
  ];
}
