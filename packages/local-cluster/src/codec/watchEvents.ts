/** Events of a watch on the wire: a line of JSON each, or length and protobuf. */
import { stringify } from 'yaml';
import { Writer } from 'protobufjs/minimal';
import type { WatchEvent } from '../types';
import { encodeProtobuf } from './protobuf';

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding */
export function encodeWatchEvent(
  event: WatchEvent,
  media: string,
): string | Buffer {
  if (media === 'application/yaml') return `---\n${stringify(event)}`;
  if (media !== 'application/vnd.kubernetes.protobuf')
    return `${JSON.stringify(event)}\n`;
  const writer = Writer.create();
  // WatchEvent { type = 1; object = 2 { raw = 1 } }, behind its length as four bytes.
  writer.uint32(10).string(event.type).uint32(18).fork();
  writer.uint32(10).bytes(encodeProtobuf(event.object)).ldelim();
  const body = writer.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
