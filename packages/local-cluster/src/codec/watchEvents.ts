/** Events of a watch on the wire: a line of JSON each, or length and protobuf. */
import { stringify } from 'yaml';
import { Writer } from 'protobufjs/minimal';
import type { WatchEvent } from '../types';
import { encodeProtobuf } from './protobuf';

function encode(event: WatchEvent, media: string): Buffer {
  if (media === 'application/yaml')
    return Buffer.from(`---\n${stringify(event)}`);
  if (media !== 'application/vnd.kubernetes.protobuf')
    return Buffer.from(`${JSON.stringify(event)}\n`);
  const writer = Writer.create();
  // WatchEvent { type = 1; object = 2 { raw = 1 } }, behind its length as four bytes.
  writer.uint32(10).string(event.type).uint32(18).fork();
  writer.uint32(10).bytes(encodeProtobuf(event.object)).ldelim();
  const body = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The newest object that many are told of, in the forms in which they were. */
const newest = {
  object: undefined as unknown,
  forms: new Map<string, Buffer>(),
};

/**
 * An event as it is sent (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 *
 * @param isShared - whether the object is the very one that all other watchers are told of, one after another: they
 * share the bytes, so that those who do not read hold them once
 */
export function encodeWatchEvent(
  event: WatchEvent,
  media: string,
  isShared: boolean,
): Buffer {
  if (!isShared) return encode(event, media);
  if (newest.object !== event.object) {
    newest.object = event.object;
    newest.forms.clear();
  }
  const form = `${event.type} ${media}`;
  const known = newest.forms.get(form);
  if (known) return known;
  const bytes = encode(event, media);
  newest.forms.set(form, bytes);
  return bytes;
}
