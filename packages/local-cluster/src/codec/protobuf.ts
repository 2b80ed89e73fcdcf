/**
 * Objects as protobuf, the form in which `kubectl create` sends what it makes itself: four bytes
 * `k8s\0`, an envelope (`runtime.Unknown`) that names version and kind, the object in it.
 *
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import { Reader, Writer } from 'protobufjs/minimal';
import { kindSchema, resolve, type TypeNode } from '../schema/Schema';
import type { Json } from '../types';
import definitions from './protobuf.generated.json';
import { setField } from '../schema/setField';

/** One field of a message. */
interface Field {
  id: number;
  type: string;
  rule?: string;
  keyType?: string;
  /** Go holds it as a pointer: zero is a value, not its absence. */
  nullable?: boolean;
}
type Message = Record<string, Field>;

const MESSAGES = definitions as unknown as Record<string, Message>;
const MAGIC = Buffer.from('k8s\0');
/** Nested deeper than this, a body is no object. */
const MOST_DEPTH = 100;

const SCALARS = new Set([
  'string',
  'bytes',
  'bool',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'double',
]);
const WIRE: Record<string, number> = { string: 2, bytes: 2, double: 1 };

/** Groups of the kinds that have no package of their own. */
const META_KINDS = ['Status', 'DeleteOptions', 'WatchEvent', 'APIResourceList'];

/** The package of a group's messages, below `k8s.io/api`. */
function packageOf(group: string): string {
  return group === 'meta.k8s.io' ? 'apis.meta' : group.split('.')[0];
}

/** `core.v1.Pod` for `v1`, `Pod`. */
function messageName(apiVersion: string, kind: string): string | undefined {
  const [group, version] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['core', apiVersion];
  const name = META_KINDS.includes(kind)
    ? `apis.meta.v1.${kind}`
    : `${packageOf(group)}.${version}.${kind}`;
  return Object.hasOwn(MESSAGES, name) ? name : undefined;
}

function schemaOf(apiVersion: string, kind: string): TypeNode {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  if (!kind.endsWith('List')) return kindSchema({ group, kind });
  const item = kindSchema({ group, kind: kind.slice(0, -'List'.length) });
  return { type: 'struct', fields: { items: { type: 'array', items: item } } };
}

/** The schema of a field; undefined where JSON has the fields of what it holds in its place. */
function fieldNode(node: TypeNode, name: string): TypeNode | undefined {
  if (node.type === 'struct') return node.fields?.[name];
  return {};
}

function isInline(node: TypeNode, name: string, field: Field): boolean {
  return (
    node.type === 'struct' &&
    !SCALARS.has(field.type) &&
    fieldNode(node, name) === undefined &&
    // The root of a list and of options has no schema of its own.
    !['metadata', 'items', 'preconditions', 'details'].includes(name)
  );
}

/** A message that is a list in JSON: `ExtraValue`, `Verbs`. */
function isList(message: Message): boolean {
  const [[name, field], ...more] = Object.entries(message);
  return (
    !more.length &&
    name === 'items' &&
    field.rule === 'repeated' &&
    field.type === 'string'
  );
}

/** Types whose JSON is a single value. */
const SPECIAL: Record<
  string,
  { write(value: Json, writer: Writer): void; read(fields: Json): Json }
> = {
  'apis.meta.v1.Time': timeCodec(false),
  'apis.meta.v1.MicroTime': timeCodec(true),
  'api.resource.Quantity': {
    write: (value, writer) => void writer.uint32(10).string(String(value)),
    read: fields => fields.string ?? '0',
  },
  'util.intstr.IntOrString': {
    write(value, writer) {
      if (typeof value === 'number') writer.uint32(16).int32(value);
      else writer.uint32(8).int64(1).uint32(26).string(String(value));
    },
    read: fields => (fields.type ? fields.strVal ?? '' : fields.intVal ?? 0),
  },
  'apis.meta.v1.FieldsV1': {
    write: (value, writer) =>
      void writer.uint32(10).bytes(Buffer.from(JSON.stringify(value))),
    read: fields => JSON.parse(text(fields.Raw ?? '') || '{}'),
  },
  'runtime.RawExtension': {
    write: (value, writer) =>
      void writer.uint32(10).bytes(Buffer.from(JSON.stringify(value))),
    read: fields => JSON.parse(text(fields.raw ?? '') || 'null'),
  },
};

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function timeCodec(hasMicroseconds: boolean) {
  return {
    write(value: Json, writer: Writer) {
      const ms = Date.parse(value);
      writer.uint32(8).int64(Math.floor(ms / 1000));
      const fraction = /\.(\d+)/.exec(value)?.[1];
      if (hasMicroseconds && fraction)
        writer.uint32(16).int32(Number(fraction.padEnd(9, '0').slice(0, 9)));
    },
    read({ seconds, nanos = 0 }: Json) {
      if (seconds === undefined) return null;
      const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
      return hasMicroseconds
        ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`
        : `${whole}Z`;
    },
  };
}

function writeScalar(writer: Writer, type: string, value: Json): void {
  if (type === 'bytes') writer.bytes(Buffer.from(value, 'base64'));
  else (writer as unknown as Record<string, (v: Json) => void>)[type](value);
}

function writeOne(
  writer: Writer,
  field: Field,
  value: Json,
  node: TypeNode,
): void {
  if (SCALARS.has(field.type)) {
    writer.uint32((field.id << 3) | (WIRE[field.type] ?? 0));
    writeScalar(writer, field.type, value);
    return;
  }
  writer.uint32((field.id << 3) | 2).fork();
  writeMessage(writer, field.type, value, node);
  writer.ldelim();
}

function writeMessage(
  writer: Writer,
  name: string,
  value: Json,
  declared: TypeNode,
): void {
  if (SPECIAL[name]) {
    SPECIAL[name].write(value, writer);
    return;
  }
  const node = resolve(declared);
  const message = MESSAGES[name];
  if (isList(message)) {
    for (const item of value)
      writer.uint32((message.items.id << 3) | 2).string(item);
    return;
  }
  for (const [key, field] of Object.entries(message)) {
    if (isInline(node, key, field)) {
      // Its fields stand in its place; where none is there, neither is it.
      const inner = MESSAGES[field.type];
      if (inner && Object.keys(inner).some(each => value[each] !== undefined))
        writeOne(writer, field, value, node);
      continue;
    }
    const child = value[key];
    if (child === undefined || child === null) continue;
    const childNode = resolve(fieldNode(node, key) ?? {});
    if (field.keyType)
      for (const [mapKey, mapValue] of Object.entries<Json>(child)) {
        writer.uint32((field.id << 3) | 2).fork();
        writer.uint32(10).string(mapKey);
        writeOne(
          writer,
          { id: 2, type: field.type },
          mapValue,
          childNode.values ?? {},
        );
        writer.ldelim();
      }
    else if (field.rule)
      for (const item of child)
        writeOne(writer, field, item, childNode.items ?? {});
    else writeOne(writer, field, child, childNode);
  }
}

function readScalar(reader: Reader, type: string): Json {
  if (type === 'bytes') return Buffer.from(reader.bytes()).toString('base64');
  const value = (reader as unknown as Record<string, () => Json>)[type]();
  return typeof value === 'object' ? Number(value) : value;
}

function isZero(value: Json): boolean {
  return value === '' || value === 0 || value === false;
}

function readOne(
  reader: Reader,
  type: string,
  node: TypeNode,
  depth: number,
): Json {
  if (SCALARS.has(type)) return readScalar(reader, type);
  const length = reader.uint32();
  return readMessage(reader, type, reader.pos + length, node, depth + 1);
}

function readMessage(
  reader: Reader,
  name: string,
  end: number,
  declared: TypeNode,
  depth = 0,
): Json {
  if (depth > MOST_DEPTH) throw new Error('it nests too deep');
  if (end > reader.len) throw new Error('unexpected EOF');
  const message = MESSAGES[name];
  const node = resolve(declared);
  const isSpecial = Boolean(SPECIAL[name]);
  const byId = new Map(
    Object.entries(message).map(([key, field]) => [field.id, { key, field }]),
  );
  const out: Record<string, Json> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const found = byId.get(tag >>> 3);
    if (!found) {
      reader.skipType(tag & 7);
      continue;
    }
    const { key, field } = found;
    if (!isSpecial && isInline(node, key, field)) {
      Object.assign(out, readOne(reader, field.type, node, depth));
      continue;
    }
    const childNode = resolve(fieldNode(node, key) ?? {});
    if (field.keyType) {
      const stop = reader.uint32() + reader.pos;
      let mapKey = '';
      let mapValue: Json = SCALARS.has(field.type) ? '' : {};
      while (reader.pos < stop) {
        if (reader.uint32() >>> 3 === 1) mapKey = reader.string();
        else
          mapValue = readOne(reader, field.type, childNode.values ?? {}, depth);
      }
      (out[key] ??= {})[mapKey] = mapValue;
    } else if (field.rule)
      (out[key] ??= []).push(
        readOne(reader, field.type, childNode.items ?? {}, depth),
      );
    else {
      const value = readOne(reader, field.type, childNode, depth);
      const isKept =
        isSpecial ||
        field.nullable ||
        !isZero(value) ||
        node.required?.includes(key);
      if (isKept && value !== null) setField(out, key, value);
    }
  }
  if (isSpecial) return SPECIAL[name].read(out);
  return isList(message) ? out.items ?? [] : out;
}

/** @throws Error for a kind that has no message */
export function encodeProtobuf(object: Json): Buffer {
  const { apiVersion, kind, ...rest } = object;
  const name = messageName(apiVersion, kind);
  if (!name) throw new Error(`no protobuf message for ${apiVersion} ${kind}`);
  const raw = Writer.create();
  writeMessage(raw, name, rest, schemaOf(apiVersion, kind));
  const envelope = Writer.create();
  envelope.uint32(10).fork();
  envelope.uint32(10).string(apiVersion).uint32(18).string(kind);
  envelope.ldelim();
  envelope.uint32(18).bytes(raw.finish());
  envelope.uint32(26).string('').uint32(34).string('');
  return Buffer.concat([MAGIC, envelope.finish()]);
}

/** Whether objects of a kind can be sent so. */
export function hasProtobuf(object: Json): boolean {
  return Boolean(messageName(object.apiVersion ?? '', object.kind ?? ''));
}

/** @throws Error where the bytes are no object of a known kind */
export function decodeProtobuf(bytes: Buffer): Json {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  const reader = Reader.create(bytes.subarray(MAGIC.length));
  const { typeMeta = {}, raw = '' } = readMessage(
    reader,
    'runtime.Unknown',
    reader.len,
    {},
  );
  const { apiVersion = '', kind = '' } = typeMeta;
  const name = messageName(apiVersion, kind);
  if (!name)
    throw new Error(
      `no kind ${JSON.stringify(
        kind,
      )} is registered for version ${JSON.stringify(apiVersion)}`,
    );
  const content = Reader.create(Buffer.from(raw, 'base64'));
  return {
    kind,
    apiVersion,
    ...readMessage(content, name, content.len, schemaOf(apiVersion, kind)),
  };
}
