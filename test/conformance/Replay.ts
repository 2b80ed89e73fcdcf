/** Plays a group of recorded exchanges on a cluster, and tells where it answers otherwise. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeAccount } from './account';
import { Answers } from './Answers';
import { literalsOf, type Difference } from './compare';
import { Meanwhile } from './Meanwhile';
import {
  collectionPath,
  parseApiPath,
  type Exchange,
  type Json,
} from './recording';
import { Requests } from './Requests';
import { SKIPS } from './rules';
import { PATIENCE_MS, PAUSE_MS, SLOW, Stage, type Cluster } from './Stage';
import { playStream } from './stream';
import { Translation } from './Translation';
import { isServerMade, shownBy, shownIn, worldOf, type World } from './world';

/** What came of an exchange. */
export interface Outcome {
  exchange: Exchange;
  result: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
  differences: Difference[];
}

/** Kind and name of what an exchange makes, as owners are named. */
function makesOwners({ request, response }: Exchange): string[] {
  const { kind, metadata } = response.body ?? {};
  return request.method !== 'GET' && kind && metadata?.name
    ? [`${kind}/${metadata.name}`]
    : [];
}

/** What controllers made an object of. */
function ownersOf({
  kind,
  metadata,
  involvedObject,
  regarding,
}: Json): string[] {
  const about = involvedObject ?? regarding;
  if (kind === 'Event') return [`${about.kind}/${about.name}`];
  return (metadata.ownerReferences ?? [])
    .filter((owner: Json) => owner.controller)
    .map((owner: Json) => `${owner.kind}/${owner.name}`);
}

/** Plays one group on a cluster of its own. */
export class Replay {
  readonly #group: Exchange[];
  readonly #world: World;
  readonly #translation = new Translation();
  readonly #stage: Stage;
  readonly #meanwhile: Meanwhile;
  readonly #requests: Requests;
  readonly #answers: Answers;

  constructor(options: {
    cluster: Cluster;
    group: Exchange[];
    all: Exchange[];
    shown: Map<string, Json>;
  }) {
    const { cluster, group, all, shown } = options;
    const translation = this.#translation;
    this.#group = group;
    this.#world = worldOf(group, shown);
    this.#stage = new Stage(cluster, translation);
    this.#meanwhile = new Meanwhile(this.#stage, group);
    const { adminToken } = cluster;
    this.#requests = new Requests({ group, translation, adminToken });
    this.#answers = new Answers(translation, literalsOf(all));
  }

  async play(each: (outcome: Outcome) => void): Promise<void> {
    this.#requests.accountToken = await makeAccount(this.#stage, this.#group);
    for (const exchange of this.#group) each(await this.#playOne(exchange));
  }

  async #playOne(exchange: Exchange): Promise<Outcome> {
    const rule = SKIPS.find(({ matches }) => matches(exchange));
    if (!rule)
      await this.#stage.makeAll(this.#world.before.get(exchange) ?? []);
    const reason = rule?.reason ?? this.#unshown(exchange);
    if (reason) return { exchange, result: 'skipped', reason, differences: [] };
    const differences = await this.#differences(exchange);
    return {
      exchange,
      result: differences.length ? 'failed' : 'passed',
      differences,
    };
  }

  async #differences(exchange: Exchange): Promise<Difference[]> {
    try {
      await this.#meanwhile.catchUp(exchange);
      this.#requests.now = await this.#stage.version();
      return exchange.response.stream
        ? await playStream(exchange, {
            stage: this.#stage,
            requests: this.#requests,
            answers: this.#answers,
          })
        : await this.#playAnswer(exchange);
    } catch (error) {
      const { stack } = error as Error;
      return [{ path: 'exchange', recorded: 'an answer', ours: stack }];
    }
  }

  /** Why an exchange is about what nobody can make. */
  #unshown(exchange: Exchange): string | undefined {
    const at = parseApiPath(exchange.request.path);
    if (!at || exchange.response.status >= 300) return undefined;
    const own =
      at.name &&
      `${collectionPath(at.apiVersion, at.plural, at.namespace)}/${at.name}`;
    const paths = [...(own ? [own] : []), ...shownBy(exchange)];
    if (paths.some(path => this.#world.unknown.has(path)))
      return 'no body in the file shows all of what it is about';
    // What happened before the exchange can only be seen again where it was made again.
    const isPast = ({ line }: Json) => {
      const version = line?.object?.metadata?.resourceVersion;
      return (
        line?.type === 'MODIFIED' &&
        Number(version) < this.#translation.newestVersion &&
        !this.#translation.version(version)
      );
    };
    if (exchange.response.stream?.some(isPast))
      return 'it shows changes that were made before it, and not recorded';
    const made = new Set(this.#group.flatMap(makesOwners));
    const orphan = [...shownIn(exchange).values()].find(
      object =>
        isServerMade(object) && ownersOf(object).some(name => !made.has(name)),
    );
    return orphan
      ? `it shows what controllers made of ${
          ownersOf(orphan)[0]
        }, which another group makes`
      : undefined;
  }

  /** Reads again for a while: whoever recorded it waited, too. */
  async #playAnswer(exchange: Exchange): Promise<Difference[]> {
    const { request, response } = exchange;
    const isSlow =
      SLOW.has(String(response.body?.kind ?? '').replace(/List$/, '')) ||
      /\/log(\?|$)/.test(request.path) ||
      response.body?.kind === 'Table' ||
      // What is gone took its time to go.
      response.status === 404;
    const end = Date.now() + (isSlow ? PATIENCE_MS.slow : PATIENCE_MS.quick);
    for (;;) {
      const forget = this.#translation.remember();
      const answer = await this.#stage.client.send(this.#requests.of(exchange));
      const differences = this.#answers.compare(exchange, answer);
      if (!differences.length || request.method !== 'GET' || Date.now() > end)
        return differences;
      // It was not yet what was recorded: nothing is learned of it.
      forget();
      await sleep(PAUSE_MS);
    }
  }
}
