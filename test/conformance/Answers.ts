/** Recorded answers beside ours. */
import { parse } from 'yaml';
import { decodeProtobuf } from '../../packages/local-cluster/src/codec/protobuf';
import type { Answer } from './Client';
import { Comparison, type Difference } from './compare';
import type { Exchange, Json } from './recording';
import { HEADERS, IN_FLIGHT } from './rules';
import type { Translation } from './Translation';

/** Of a workload in the answer to a write what was written, and not what controllers add. */
function settledPart(body: Json, isWrite: boolean): Json {
  if (!isWrite || !IN_FLIGHT.kinds.test(body?.kind ?? '')) return body;
  const { status, metadata, ...rest } = body;
  return {
    ...rest,
    metadata: {
      ...metadata,
      managedFields: metadata.managedFields?.filter(
        (entry: Json) => entry.subresource !== 'status',
      ),
    },
  };
}

function readBody(text: string, bytes: Buffer, like: Json): Json {
  // Compared as what it says: zeros may be written or left out.
  if (typeof like === 'string' && like.startsWith('base64:'))
    return decodeProtobuf(bytes);
  try {
    return JSON.parse(text);
  } catch {
    // YAML, or a text
  }
  if (/^(apiVersion|kind): /m.test(text)) return parse(text);
  return text;
}

export class Answers {
  readonly #translation: Translation;
  readonly #literals: Set<string>;

  /** @param literals - values that requests of the file contain: they stand for themselves */
  constructor(translation: Translation, literals: Set<string>) {
    this.#translation = translation;
    this.#literals = literals;
  }

  compare({ request, response }: Exchange, answer: Answer): Difference[] {
    if (answer.status !== response.status)
      return [
        {
          path: 'status',
          recorded: `${response.status} ${response.body?.message ?? ''}`,
          ours: `${answer.status} ${answer.body.toString().slice(0, 500)}`,
        },
      ];
    const differences = this.headers(response.headers, answer.headers);
    const text = answer.body.toString('utf8');
    const ours = readBody(text, answer.body, response.body);
    const recorded =
      typeof response.body === 'string' && typeof ours === 'object'
        ? readBody(
            response.body,
            Buffer.from(response.body.replace(/^base64:/, ''), 'base64'),
            response.body,
          )
        : response.body;
    if (typeof recorded === 'string' && /\/log(\?|$)/.test(request.path))
      return [...differences, ...this.logs(recorded, String(ours ?? ''))];
    this.#translation.learnGenerated(
      request.body?.metadata?.generateName,
      JSON.stringify(recorded ?? ''),
      text,
    );
    const isWrite = request.method !== 'GET';
    return [
      ...differences,
      ...this.bodies(
        settledPart(recorded, isWrite) ?? '',
        settledPart(ours, isWrite) ?? '',
      ),
    ];
  }

  /** Compares two bodies; takes in what is the server's. */
  bodies(recorded: Json, ours: Json): Difference[] {
    const before = this.#translation.unlike.length;
    this.#translation.study(recorded, ours);
    const comparison = new Comparison(this.#literals);
    comparison.values(this.#translation.apply(recorded), ours);
    return [
      ...comparison.differences,
      ...this.#translation.unlike.slice(before),
    ];
  }

  /** An app that counts is elsewhere in its count: lines have to count on from the first. */
  logs(recorded: string, ours: string): Difference[] {
    const from = (text: string) => {
      let first: number | undefined;
      return text
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z /g, '<time> ')
        .replace(/\bline (\d+)/g, (_, number: string) => {
          first ??= Number(number);
          return `line +${Number(number) - first}`;
        });
    };
    return from(recorded) === from(ours)
      ? []
      : [{ path: 'log', recorded, ours }];
  }

  headers(
    recorded: Array<[string, string]>,
    ours: Map<string, string[]>,
  ): Difference[] {
    return HEADERS.flatMap(name => {
      const want = recorded
        .filter(([key]) => key.toLowerCase() === name)
        .map(([, value]) => value);
      const have = ours.get(name) ?? [];
      return JSON.stringify(want) === JSON.stringify(have)
        ? []
        : [{ path: `header ${name}`, recorded: want, ours: have }];
    });
  }
}
