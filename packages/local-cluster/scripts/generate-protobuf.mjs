// Writes src/codec/protobuf.generated.json: the numbers and types of the fields of the messages
// that clients may send and take, out of Kubernetes' own definitions (k8s.io/api and
// k8s.io/apimachinery: the `generated.proto` and `generated.pb.go` of each package).
//
//   node scripts/generate-protobuf.mjs <folder that holds k8s.io/api and k8s.io/apimachinery>
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: generate-protobuf.mjs <folder>');
  process.exit(2);
}
const root = new protobuf.Root();
root.resolvePath = (_, target) => join(folder, target);
const packages = readdirSync(folder, { recursive: true })
  .map(String)
  .filter(path => path.endsWith('generated.proto'));
await root.load(packages, { keepCase: true });
root.resolveAll();

/** Fields that Go holds as pointers: what is not there is told from what is zero. */
/** @type {Set<string>} */
const pointers = new Set();
for (const path of packages) {
  const go = join(folder, path.replace(/generated\.proto$/, 'generated.pb.go'));
  if (!existsSync(go)) continue;
  for (const [, message, body] of readFileSync(go, 'utf8').matchAll(
    /func \(m \*(\w+)\) MarshalToSizedBuffer\(.*?\{\n([\s\S]*?)\n\}\n/g,
  ))
    for (const [, field] of body.matchAll(/if m\.(\w+) != nil/g))
      pointers.add(`${message}.${field.toLowerCase()}`);
}

/** @type {Record<string, { package: string, fields: Record<string, object> }>} */
const messages = {};

/** @param {protobuf.ReflectionObject} at */
function visit(at) {
  if (at instanceof protobuf.Type) {
    const name = at.fullName.slice(1);
    messages[name] = {
      package: name,
      fields: Object.fromEntries(
        at.fieldsArray.map(field => [
          field.name,
          {
            id: field.id,
            type: field.resolvedType?.fullName.slice(1) ?? field.type,
            ...(field instanceof protobuf.MapField
              ? { keyType: field.keyType }
              : {}),
            ...(field.repeated ? { rule: 'repeated' } : {}),
            ...(pointers.has(`${at.name}.${field.name.toLowerCase()}`)
              ? { nullable: true }
              : {}),
          },
        ]),
      ),
    };
  }
  if (at instanceof protobuf.Namespace) at.nestedArray.forEach(visit);
}
visit(root);
const short = JSON.stringify(
  Object.fromEntries(
    Object.entries(messages)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { fields }]) => [name, fields]),
  ),
)
  .replaceAll('k8s.io.apimachinery.pkg.', '')
  .replaceAll('k8s.io.api.', '');
const out = new URL('../src/codec/protobuf.generated.json', import.meta.url);
writeFileSync(out, `${JSON.stringify(JSON.parse(short), null, 1)}\n`);
console.log(`${Object.keys(messages).length} messages`);
