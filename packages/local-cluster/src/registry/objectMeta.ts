/** The rules for `metadata`, which hold for every kind (apimachinery's `validation`). */
import type { Json, KubeObject } from '../types';
import { bad, required, type Cause } from './causes';
import type { Resource } from './Resource';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
/** Of all annotations together, in bytes. */
const ANNOTATIONS_BYTES = 256 * 1024;

const tooManyCharacters = (most: number) =>
  `must be no more than ${most} characters`;

const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_WORDS =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_WORDS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART_WORDS =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** What is wrong with a subdomain (RFC 1123), as texts. */
export function subdomainFaults(value: string): string[] {
  const faults = [];
  if (value.length > 253) faults.push(tooManyCharacters(253));
  if (!SUBDOMAIN.test(value)) faults.push(SUBDOMAIN_WORDS);
  return faults;
}

/** What is wrong with a label (RFC 1123), as texts. */
export function labelFaults(value: string): string[] {
  const faults = [];
  if (value.length > 63) faults.push(tooManyCharacters(63));
  if (!LABEL.test(value)) faults.push(LABEL_WORDS);
  return faults;
}

function label1035Faults(value: string): string[] {
  const faults = [];
  if (value.length > 63) faults.push(tooManyCharacters(63));
  if (!LABEL_1035.test(value)) faults.push(LABEL_1035_WORDS);
  return faults;
}

/** A name that is part of a path, as those of roles are. */
function pathFaults(value: string): string[] {
  if (['.', '..'].includes(value)) return [`may not be '${value}'`];
  const found = ['/', '%'].find(part => value.includes(part));
  return found ? [`may not contain '${found}'`] : [];
}

const FORMS = {
  subdomain: subdomainFaults,
  label: labelFaults,
  label1035: label1035Faults,
  path: pathFaults,
};

function nameFaults(resource: Resource, name: string): string[] {
  const form = resource.nameForm ?? 'subdomain';
  // A name of dots and labels is told the dots first.
  if (form === 'label' && name.includes('.') && SUBDOMAIN.test(name))
    return ['must not contain dots'];
  return FORMS[form](name);
}

function nameCauses(
  resource: Resource,
  { name, generateName }: KubeObject['metadata'],
): Cause[] {
  const causes: Cause[] = [];
  if (generateName)
    // What is made of it ends in letters: a dash at its end is none of the name's.
    for (const fault of nameFaults(resource, generateName.replace(/-$/, 'a')))
      causes.push(bad('metadata.generateName', generateName, fault));
  const field = 'metadata.name';
  if (!name) causes.push(required(field, 'name or generateName is required'));
  else
    for (const fault of nameFaults(resource, name))
      causes.push(bad(field, name, fault));
  return causes;
}

/** What is wrong with the key of a label or an annotation, as texts. */
function qualifiedNameFaults(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2)
    return [
      `a qualified name ${NAME_PART_WORDS.replace(
        'name part ',
        '',
      )} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [prefix, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  const faults = [];
  if (prefix === '') faults.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    faults.push(...subdomainFaults(prefix).map(each => `prefix part ${each}`));
  if (!name) faults.push('name part must be non-empty');
  else if (name.length > 63) faults.push(`name part ${tooManyCharacters(63)}`);
  if (!NAME_PART.test(name)) faults.push(NAME_PART_WORDS);
  return faults;
}

function labelCauses(
  labels: Record<string, string> | undefined,
  field: string,
): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameFaults(key).map(fault => bad(field, key, fault)),
    ...(value.length > 63 ? [bad(field, value, tooManyCharacters(63))] : []),
    ...(LABEL_VALUE.test(value) ? [] : [bad(field, value, LABEL_VALUE_WORDS)]),
  ]);
}

function annotationCauses(
  annotations: Record<string, string> | undefined,
): Cause[] {
  const field = 'metadata.annotations';
  const entries = Object.entries(annotations ?? {});
  const causes = entries.flatMap(([key]) =>
    // Annotations may be written in capitals.
    qualifiedNameFaults(key.toLowerCase()).map(fault => bad(field, key, fault)),
  );
  const size = entries.reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > ANNOTATIONS_BYTES)
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${ANNOTATIONS_BYTES} bytes`,
      field,
    });
  return causes;
}

function ownerCauses(owners: Json[] | undefined): Cause[] {
  const causes = (owners ?? []).flatMap((owner, index) => {
    const at = `metadata.ownerReferences[${index}]`;
    return (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter(field => !owner[field])
      .map(field =>
        bad(
          `${at}.${field}`,
          owner[field] ?? '',
          field === 'apiVersion'
            ? 'version must not be empty'
            : 'must not be empty',
        ),
      );
  });
  const controllers = (owners ?? []).filter(({ controller }) => controller);
  if (controllers.length > 1)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: Only one reference can have Controller set to true. Found "true" in references for ${controllers[0].kind}/${controllers[0].name} and ${controllers[1].kind}/${controllers[1].name}`,
      field: 'metadata.ownerReferences',
    });
  return causes;
}

function finalizerCauses(finalizers: string[] | undefined): Cause[] {
  return (finalizers ?? []).flatMap(finalizer => {
    const field = 'metadata.finalizers';
    const faults = qualifiedNameFaults(finalizer);
    if (faults.length) return faults.map(fault => bad(field, finalizer, fault));
    return finalizer.includes('/') ||
      ['kubernetes', 'foregroundDeletion', 'orphan'].includes(finalizer)
      ? []
      : [
          bad(
            field,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ];
  });
}

/** What is wrong with an object's metadata. */
export function metadataCauses(
  resource: Resource,
  metadata: KubeObject['metadata'],
): Cause[] {
  return [
    ...nameCauses(resource, metadata),
    ...labelCauses(metadata.labels, 'metadata.labels'),
    ...annotationCauses(metadata.annotations),
    ...ownerCauses(metadata.ownerReferences),
    ...finalizerCauses(metadata.finalizers),
  ];
}
