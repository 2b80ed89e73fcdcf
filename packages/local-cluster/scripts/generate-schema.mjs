// Writes src/schema/generated.json: the structure (no descriptions) of the kinds that the
// local cluster serves, out of a real API server's OpenAPI v3 documents
// (`kubectl get --raw /openapi/v3/api/v1` and so on).
//
//   node scripts/generate-schema.mjs <folder with openapi-v3-*.json>
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KINDS = [
  'io.k8s.api.core.v1.Namespace',
  'io.k8s.api.core.v1.Node',
  'io.k8s.api.core.v1.Pod',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.core.v1.Secret',
  'io.k8s.api.core.v1.ServiceAccount',
  'io.k8s.api.core.v1.PersistentVolume',
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  'io.k8s.api.core.v1.Event',
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.apps.v1.ReplicaSet',
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.autoscaling.v1.Scale',
  'io.k8s.api.discovery.v1.EndpointSlice',
  'io.k8s.api.networking.v1.NetworkPolicy',
  'io.k8s.api.authentication.v1.TokenRequest',
];

const folder = process.argv[2];
if (!folder) {
  console.error('usage: generate-schema.mjs <folder with openapi-v3-*.json>');
  process.exit(2);
}
/** @type {Record<string, any>} */
const schemas = {};
for (const file of readdirSync(folder).filter(f =>
  /^openapi-v3-.*\.json$/.test(f),
)) {
  const doc = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  Object.assign(schemas, doc.components.schemas);
}

/** @param {string} name */
const short = name => name.split('.').slice(-1)[0];
/** @type {Record<string, object>} */
const types = {};

/**
 * @param {any} node - of an OpenAPI document
 * @returns {object}
 */
function convert(node) {
  const ref = node.$ref ?? node.allOf?.[0]?.$ref;
  /** @type {{ atomic?: boolean }} */
  const extra = {};
  if (node['x-kubernetes-map-type'] === 'atomic') extra.atomic = true;
  if (ref) {
    const name = ref.slice('#/components/schemas/'.length);
    visit(name);
    return { ref: short(name), ...extra };
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

KINDS.forEach(visit);
const version = JSON.parse(
  readFileSync(join(folder, 'version.json'), 'utf8'),
).gitVersion;
const out = new URL('../src/schema/generated.json', import.meta.url);
writeFileSync(
  out,
  `${JSON.stringify({ kubernetes: version, types }, null, 1)}\n`,
);
console.log(`${Object.keys(types).length} types of Kubernetes ${version}`);
