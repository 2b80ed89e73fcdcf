/** Looks at an instance, and reads of events and logs what the diagnosis asks for. */
import type { CoreV1Event } from '@kubernetes/client-node';
import type { InstanceOutput, InstancePlace } from './InstanceOutput';
import type { Facts } from './observe/Facts';
import { observe, type Observation } from './observe/observe';
import { isQueued, newestPod } from './observe/pods';

const TAIL_LINES = 30;
/** A diagnosis asks for events, then for logs, and knows. */
const ROUNDS = 4;

/** What is known without asking. */
export type KnownFacts = Omit<Facts, 'events' | 'log' | 'secretNames'>;

export async function observeInstance(
  output: Pick<InstanceOutput, 'queuePosition' | 'rawEvents' | 'tail'>,
  place: InstancePlace,
  known: KnownFacts,
  secretNames: () => Promise<ReadonlyMap<string, string>>,
): Promise<Observation> {
  const queued = newestPod(known.pods);
  const queuePosition =
    queued && isQueued(queued)
      ? await output.queuePosition(place, queued)
      : undefined;
  let events: CoreV1Event[] | undefined;
  let names: ReadonlyMap<string, string> | undefined;
  const logs = new Map<string, string>();
  const key = (container: string, previous: boolean) =>
    `${container}/${previous}`;
  for (let round = 0; ; round++) {
    const seen = observe({
      ...known,
      queuePosition,
      events,
      secretNames: names,
      log: (container, previous) => logs.get(key(container, previous)),
    });
    const { wants } = seen;
    if (!wants || round === ROUNDS) return seen;
    if (wants.events)
      // What cannot be read is done without.
      events = await output.rawEvents(place).catch(() => []);
    if (wants.secretNames) names = await secretNames();
    for (const { container, previous } of wants.logs)
      logs.set(
        key(container, previous),
        await output.tail(place, container, previous, TAIL_LINES),
      );
  }
}
