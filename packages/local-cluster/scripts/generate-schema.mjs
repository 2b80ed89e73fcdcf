// Writes src/schema/generated.json: the structure (no descriptions) of the kinds that the
// local cluster serves, out of a real API server's OpenAPI v3 documents
// (`kubectl get --raw /openapi/v3/api/v1` and so on).
//
// Kinds that those do not have are taken from a Swagger document (`kubectl get --raw /openapi/v2`), and custom
// ones from their CustomResourceDefinitions.
//
//   node scripts/generate-schema.mjs <folder with openapi-v3-*.json> <swagger.json> [<crd.yaml> …]
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const KINDS = [
  'core.v1.Namespace',
  'core.v1.Node',
  'core.v1.Pod',
  'core.v1.PodTemplate',
  'core.v1.Binding',
  'core.v1.Service',
  'core.v1.Endpoints',
  'core.v1.ConfigMap',
  'core.v1.Secret',
  'core.v1.ServiceAccount',
  'core.v1.PersistentVolume',
  'core.v1.PersistentVolumeClaim',
  'core.v1.ResourceQuota',
  'core.v1.LimitRange',
  'core.v1.Event',
  'events.v1.Event',
  'apps.v1.Deployment',
  'apps.v1.ReplicaSet',
  'apps.v1.StatefulSet',
  'apps.v1.ControllerRevision',
  'autoscaling.v1.Scale',
  'discovery.v1.EndpointSlice',
  'networking.v1.NetworkPolicy',
  'networking.v1.Ingress',
  'policy.v1.PodDisruptionBudget',
  'policy.v1.Eviction',
  'storage.v1.StorageClass',
  'coordination.v1.Lease',
  'scheduling.v1.PriorityClass',
  'node.v1.RuntimeClass',
  'rbac.v1.Role',
  'rbac.v1.RoleBinding',
  'rbac.v1.ClusterRole',
  'rbac.v1.ClusterRoleBinding',
  'admissionregistration.v1.ValidatingWebhookConfiguration',
  'authentication.v1.TokenRequest',
  'authentication.v1.TokenReview',
  'authentication.v1.SelfSubjectReview',
  'authorization.v1.SubjectAccessReview',
  'authorization.v1.LocalSubjectAccessReview',
  'authorization.v1.SelfSubjectAccessReview',
  'authorization.v1.SelfSubjectRulesReview',
];

const [folder, swagger, ...definitions] = process.argv.slice(2);
if (!folder || !swagger) {
  console.error(
    'usage: generate-schema.mjs <folder with openapi-v3-*.json> <swagger.json> [<crd.yaml> …]',
  );
  process.exit(2);
}
/** @type {Record<string, any>} */
const schemas = JSON.parse(readFileSync(swagger, 'utf8')).definitions;
for (const file of readdirSync(folder).filter(f =>
  /^openapi-v3-.*\.json$/.test(f),
)) {
  const doc = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  Object.assign(schemas, doc.components.schemas);
}

/** Groups whose kinds are called by their name alone. */
const PLAIN = ['core', 'apps'];

/**
 * `Pod`, or with the group where others may have a kind of that name: `events.Event`.
 *
 * @param {string} name
 */
function short(name) {
  const [, group, kind] =
    /^io\.k8s\.api\.([^.]+)\.v\d+\.(\w+)$/.exec(name) ?? [];
  if (!group) return name.split('.').slice(-1)[0];
  return PLAIN.includes(group) ? kind : `${group}.${kind}`;
}

/** @type {Record<string, object>} */
const types = {};

/**
 * @param {any} node - of an OpenAPI document
 * @returns {object}
 */
function convert(node) {
  const ref = node.$ref ?? node.allOf?.[0]?.$ref;
  /** @type {{ atomic?: boolean, granular?: boolean }} */
  const extra = {};
  if (node['x-kubernetes-map-type'] === 'atomic') extra.atomic = true;
  if (node['x-kubernetes-map-type'] === 'granular') extra.granular = true;
  if (ref) {
    const name = ref.replace(/^#\/(components\/schemas|definitions)\//, '');
    visit(name);
    return {
      ref: short(name),
      ...extra,
      // Go holds it by value: it is there, empty, in every object.
      ...(node.default && !Object.keys(node.default).length
        ? { present: true }
        : {}),
    };
  }
  switch (node.type) {
    case 'array':
      return {
        type: 'array',
        items: convert(node.items),
        list: node['x-kubernetes-list-type'] ?? 'atomic',
        ...(node['x-kubernetes-list-map-keys']
          ? { keys: node['x-kubernetes-list-map-keys'] }
          : {}),
        ...(node['x-kubernetes-patch-strategy']
          ? { strategy: node['x-kubernetes-patch-strategy'] }
          : {}),
        ...(node['x-kubernetes-patch-merge-key']
          ? { mergeKey: node['x-kubernetes-patch-merge-key'] }
          : {}),
      };
    case 'object':
      // Only a custom kind has its parts within itself.
      if (node.properties)
        return {
          type: 'struct',
          ...(node.required ? { required: node.required } : {}),
          fields: Object.fromEntries(
            Object.entries(node.properties).map(([k, v]) => [k, convert(v)]),
          ),
        };
      return node.additionalProperties
        ? { type: 'map', values: convert(node.additionalProperties), ...extra }
        : { type: 'any' };
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return {
        type: node.type,
        ...(node.format ? { format: node.format } : {}),
        ...(node.enum ? { enum: node.enum } : {}),
        ...(node.default ? { default: node.default } : {}),
        // Written where it is empty, too.
        ...(['', 0, false].includes(node.default) ? { present: true } : {}),
      };
    default:
      return { type: 'any' };
  }
}

/** @param {string} name */
function visit(name) {
  const key = short(name);
  if (types[key]) return;
  const node = schemas[name];
  if (!node) throw new Error(`no schema ${name}`);
  if (key === 'Quantity') types[key] = { type: 'quantity' };
  else if (key === 'IntOrString') types[key] = { type: 'intOrString' };
  else if (node.type === 'object' && node.properties) {
    types[key] = { type: 'struct' };
    types[key] = {
      type: 'struct',
      ...(node['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}),
      ...(node.required ? { required: node.required } : {}),
      fields: Object.fromEntries(
        Object.entries(node.properties).map(([k, v]) => [k, convert(v)]),
      ),
    };
  } else types[key] = convert(node);
}

/** What every kind holds by value, where the document does not say so. */
const BY_VALUE = ['metadata', 'spec', 'status', 'roleRef', 'target'];
KINDS.forEach(kind => visit(`io.k8s.api.${kind}`));
for (const kind of KINDS) {
  const { fields } = /** @type {{ fields: Record<string, any> }} */ (
    types[short(`io.k8s.api.${kind}`)]
  );
  for (const field of BY_VALUE)
    if (fields[field]?.ref) fields[field].present = true;
}
for (const file of definitions) {
  const { spec } = parse(readFileSync(file, 'utf8'));
  const { schema } = spec.versions.find(
    (/** @type {{ storage: boolean }} */ each) => each.storage,
  );
  const key = `${spec.group.split('.')[0]}.${spec.names.kind}`;
  const kind = /** @type {{ fields: Record<string, object> }} */ (
    convert(schema.openAPIV3Schema)
  );
  kind.fields.metadata = { ref: 'ObjectMeta', present: true };
  types[key] = kind;
}
const version = JSON.parse(
  readFileSync(join(folder, 'version.json'), 'utf8'),
).gitVersion;
const sorted = Object.fromEntries(
  Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)),
);
const out = new URL('../src/schema/generated.json', import.meta.url);
writeFileSync(
  out,
  `${JSON.stringify({ kubernetes: version, types: sorted }, null, 1)}\n`,
);
console.log(`${Object.keys(types).length} types of Kubernetes ${version}`);
