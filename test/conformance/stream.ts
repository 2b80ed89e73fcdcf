/**
 * Plays a recorded stream. Changes that it shows and that nobody made in the group are made now,
 * as they were then: by others, while the watch was open.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenAnswer } from './Client';
import type { Difference } from './compare';
import {
  ENDED,
  LEFT,
  objectPath,
  parseApiPath,
  type Exchange,
  type Json,
} from './recording';
import type { Answers } from './Answers';
import type { Requests } from './Requests';
import type { Stage } from './Stage';
import { writable } from './world';

/** How long a line may take to come by itself before its change is made, in milliseconds. */
const BY_ITSELF_MS = 400;
/** The same for kinds that controllers and the node write. */
const BY_NODE_MS = 8_000;
/** How long the stream may go on after its last line. */
const END_MS = 15_000;
/** A line that should not come would have come by then. */
const QUIET_MS = 300;

async function until(done: () => boolean, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!done()) {
    if (Date.now() > end) return false;
    await sleep(10);
  }
  return true;
}

function linesOf(answer: OpenAnswer): string[] {
  return answer.text().split('\n').filter(Boolean);
}

/** An object with labels that a selector of equalities does not select. */
function unselected(object: Json, selector: string | null): Json {
  const keys = (selector ?? '')
    .split(',')
    .map(part => /^([^=!]+)=/.exec(part)?.[1]);
  const { metadata, ...rest } = object;
  const labels = Object.entries(metadata.labels ?? {}).filter(
    ([key]) => !keys.includes(key),
  );
  return {
    ...rest,
    metadata: { ...metadata, labels: Object.fromEntries(labels) },
  };
}

async function makeChange(
  stage: Stage,
  { type, object }: Json,
  exchange: Exchange,
  comesBack: boolean,
): Promise<void> {
  const at = parseApiPath(exchange.request.path)!;
  const path = objectPath(object);
  const collection = path.slice(0, path.lastIndexOf('/'));
  const { status, body: current } = await stage.admin('GET', path);
  if (type === 'DELETED') {
    // What comes back was never gone: it left the selection.
    if (comesBack)
      await stage.admin(
        'PUT',
        path,
        writable(unselected(object, at.query.get('labelSelector'))),
      );
    else await stage.admin('DELETE', path);
    return;
  }
  if (status === 404) {
    await stage.admin('POST', collection, writable(object));
    return;
  }
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  if (deletionTimestamp && !current.metadata.deletionTimestamp) {
    await stage.admin('DELETE', path, {
      gracePeriodSeconds: deletionGracePeriodSeconds,
    });
    return;
  }
  const { metadata, ...rest } = writable(object);
  await stage.admin('PUT', path, { ...rest, metadata });
}

/** @returns where what came differs from what was recorded */
export async function playStream(
  exchange: Exchange,
  parts: { stage: Stage; requests: Requests; answers: Answers },
): Promise<Difference[]> {
  const { stage, requests, answers } = parts;
  const { response, request } = exchange;
  const stream = response.stream!;
  const last = stream.at(-1)?.line;
  // Without a word of the end the recorder had what it wanted.
  const left = last !== ENDED;
  const expected = stream.filter(({ line }) => line !== LEFT && line !== ENDED);
  const answer = await stage.client.open(requests.of(exchange));
  try {
    if (answer.status !== response.status) {
      await sleep(QUIET_MS);
      return [
        {
          path: 'status',
          recorded: response.status,
          ours: `${answer.status} ${answer.text().slice(0, 300)}`,
        },
      ];
    }
    const differences = answers.headers(response.headers, answer.headers);
    if (answer.status >= 300) {
      await until(answer.ended, END_MS);
      // A refusal is one document, however many lines it was written in.
      const recorded = JSON.parse(expected.map(({ line }) => line).join('\n'));
      return [
        ...differences,
        ...answers.bodies(recorded, JSON.parse(answer.text())),
      ];
    }
    if (/\/log(\?|$)/.test(request.path)) {
      await until(() => linesOf(answer).length >= expected.length, END_MS);
      const got = linesOf(answer).slice(0, left ? expected.length : undefined);
      return [
        ...differences,
        ...answers.logs(
          expected.map(({ line }) => line).join('\n'),
          got.join('\n'),
        ),
      ];
    }
    for (const [index, { line }] of expected.entries()) {
      // A bookmark comes with what others write, of whatever kind.
      if (line.type === 'BOOKMARK') await stage.nudge();
      const came = () => linesOf(answer).length > index || answer.ended();
      const isByNode = line.object?.kind === 'Pod' && line.type !== 'ADDED';
      const byItself = ['ERROR', 'BOOKMARK'].includes(line.type)
        ? END_MS
        : isByNode
        ? BY_NODE_MS
        : BY_ITSELF_MS;
      if (!(await until(came, byItself)) && line.type !== 'BOOKMARK') {
        const { uid } = line.object.metadata;
        await makeChange(
          stage,
          line,
          exchange,
          expected
            .slice(index + 1)
            .some(later => later.line.object?.metadata?.uid === uid),
        );
        await until(came, isByNode ? BY_NODE_MS : END_MS);
      }
      const got = linesOf(answer)[index];
      if (got === undefined)
        return [
          ...differences,
          { path: `line ${index + 1}`, recorded: line, ours: 'nothing came' },
        ];
      const found = answers.bodies(line, JSON.parse(got));
      differences.push(
        ...found.map(each => ({
          ...each,
          path: `line ${index + 1}: ${each.path}`,
        })),
      );
    }
    if (left) await sleep(QUIET_MS);
    else if (!(await until(answer.ended, END_MS)))
      differences.push({ path: 'end', recorded: 'ended', ours: 'still open' });
    const more = linesOf(answer).slice(expected.length);
    if (more.length)
      differences.push({
        path: 'end',
        recorded: 'nothing more',
        ours: more.join('\n').slice(0, 500),
      });
    if (left && answer.ended())
      differences.push({ path: 'end', recorded: 'open', ours: 'ended' });
    return differences;
  } finally {
    answer.close();
  }
}
