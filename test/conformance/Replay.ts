/** Plays a group of recorded exchanges on a cluster, and tells where it answers otherwise. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Answer, Client, Sent } from './Client';
import { decodeProtobuf } from '../../packages/local-cluster/src/codec/protobuf';
import { Comparison, literalsOf, type Difference } from './compare';
import { accountOf, grantOf, pathsOf, rulesOf, senderOf } from './identities';
import {
  collectionPath,
  objectPath,
  parseApiPath,
  type Exchange,
  type Json,
} from './recording';
import { HEADERS, IN_FLIGHT, SKIPS } from './rules';
import { playStream } from './stream';
import { Translation } from './Translation';
import {
  isServerMade,
  shownBy,
  shownIn,
  worldOf,
  writable,
  type World,
} from './world';

/** What came of an exchange. */
export interface Outcome {
  exchange: Exchange;
  result: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
  differences: Difference[];
}

/** Kinds that take a while to come to where they were recorded. */
const SLOW = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'PersistentVolumeClaim',
  'Event',
]);
/** How long what is read may take to be as it was recorded, in milliseconds. */
const PATIENCE_MS = { slow: 12_000, quick: 1_500 };
const PAUSE_MS = 100;

function isSkipped(exchange: Exchange) {
  return SKIPS.find(rule => rule.matches(exchange));
}

/** What it plays on. */
export interface Cluster {
  client: Client;
  adminToken: string;
  /** Has something happen to the cluster that a recording tells of. */
  happens(fault: 'compact' | 'forget'): Promise<void>;
}

/** Plays one group on a cluster of its own. */
export class Replay {
  readonly translation = new Translation();
  readonly client: Client;
  readonly #cluster: Cluster;
  readonly #group: Exchange[];
  readonly #world: World;
  readonly literals: Set<string>;
  #accountToken: string | undefined;
  /** Objects as a read of the group showed them last. */
  readonly #seen = new Map<string, Json>();
  /** Paths of what requests of the group wrote. */
  readonly #written = new Set<string>();
  /** The version of the store before the exchange. */
  #now: string | undefined;

  constructor(options: {
    cluster: Cluster;
    group: Exchange[];
    all: Exchange[];
    shown: Map<string, Json>;
  }) {
    this.#cluster = options.cluster;
    this.client = options.cluster.client;
    this.#group = options.group;
    this.#world = worldOf(options.group, options.shown);
    this.literals = literalsOf(options.all);
  }

  async play(each: (outcome: Outcome) => void): Promise<void> {
    await this.#makeAccount();
    for (const exchange of this.#group) {
      if (!isSkipped(exchange))
        await this.#makeWorld(this.#world.before.get(exchange) ?? []);
      each(await this.#playOne(exchange));
    }
  }

  async #playOne(exchange: Exchange): Promise<Outcome> {
    const skip = isSkipped(exchange);
    if (skip)
      return {
        exchange,
        result: 'skipped',
        reason: skip.reason,
        differences: [],
      };
    const unshown = this.#unshown(exchange);
    if (unshown)
      return { exchange, result: 'skipped', reason: unshown, differences: [] };
    await this.#catchUp(exchange);
    this.#now = await this.#versionNow();
    let differences: Difference[];
    try {
      differences = exchange.response.stream
        ? await playStream(this, exchange)
        : await this.#playAnswer(exchange);
    } catch (error) {
      differences = [
        {
          path: 'exchange',
          recorded: 'an answer',
          ours: (error as Error).stack,
        },
      ];
    }
    return {
      exchange,
      result: differences.length ? 'failed' : 'passed',
      differences,
    };
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
        Number(version) < this.translation.newestVersion &&
        !this.translation.version(version)
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

  /**
   * Makes what the recording shows to have been changed meanwhile by somebody who was not recorded.
   * What requests of the group wrote is left as the cluster has it.
   */
  async #catchUp(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const { reason } = response.body ?? {};
    if (reason === 'Expired') await this.#moveOn('compact');
    if (/too old resource version/.test(JSON.stringify(response.stream ?? '')))
      if (!/resourceVersion=1(&|$)/.test(request.path))
        await this.#moveOn('forget');
    const at = parseApiPath(request.path);
    if (request.method !== 'GET' || response.stream || !at) {
      this.#noteWrite(exchange);
      return;
    }
    if (
      at.query.get('resourceVersionMatch') === 'Exact' ||
      at.query.has('continue')
    )
      return;
    const shown = shownIn(exchange);
    for (const [path, object] of shown) {
      if (isServerMade(object) || SLOW.has(object.kind)) continue;
      const before = this.#seen.get(path);
      this.#seen.set(path, object);
      if (before && !this.#written.has(path) && isChanged(before, object))
        await this.change(path, object);
    }
    if (at.name) return;
    // What a list showed, and none shows again, was deleted.
    for (const [path, object] of this.#seen)
      if (
        path.startsWith(
          `${collectionPath(at.apiVersion, at.plural, at.namespace)}/`,
        ) &&
        !shown.has(path) &&
        !this.#written.has(path) &&
        !this.#isShownLater(path, exchange) &&
        hasSelection(at.query.get('labelSelector'), object)
      ) {
        this.#seen.delete(path);
        await this.admin('DELETE', path);
      }
  }

  #isShownLater(path: string, exchange: Exchange): boolean {
    return this.#group
      .slice(this.#group.indexOf(exchange))
      .some(later => shownIn(later).has(path));
  }

  /** Something is written elsewhere, so that what was is old. */
  async #moveOn(fault: 'compact' | 'forget'): Promise<void> {
    await this.nudge();
    await this.#cluster.happens(fault);
  }

  /** Writes something that no recording is about: the version of the store moves. */
  async nudge(): Promise<void> {
    await this.admin('POST', '/api/v1/namespaces/kube-public/configmaps', {
      metadata: { generateName: 'nudge-' },
    });
  }

  #noteWrite({ request, response }: Exchange): void {
    const at = parseApiPath(request.path);
    if (!at || response.status >= 300 || request.method === 'GET') return;
    const name = at.name ?? response.body?.metadata?.name;
    if (name)
      this.#written.add(
        `${collectionPath(at.apiVersion, at.plural, at.namespace)}/${name}`,
      );
  }

  /** Writes an object as it is shown. */
  async change(path: string, object: Json): Promise<void> {
    const { body } = await this.admin('GET', path);
    const { metadata, ...rest } = writable(object);
    await this.admin('PUT', path, {
      ...rest,
      metadata: {
        ...metadata,
        resourceVersion: body.metadata?.resourceVersion,
        managedFields: object.metadata.managedFields?.filter(
          (each: Json) => !each.subresource,
        ),
      },
    });
  }

  /** The request as it is sent here. */
  sentOf(exchange: Exchange): Sent {
    const { method, path, headers, body } = exchange.request;
    const { 'Content-Length': _, Authorization, ...kept } = headers;
    const sender = senderOf(exchange, this.#group);
    return {
      method,
      path: this.#path(path),
      headers: {
        ...kept,
        ...(sender.who === 'as sent' ? { Authorization: Authorization! } : {}),
      },
      body: this.#body(body, exchange),
      token:
        sender.who === 'admin'
          ? this.#cluster.adminToken
          : sender.who === 'service account'
          ? this.#accountToken
          : undefined,
    };
  }

  #path(path: string): string {
    const url = new URL(path, 'https://localhost');
    const translated = this.translation.apply(url.pathname) as string;
    const version = url.searchParams.get('resourceVersion');
    const token = url.searchParams.get('continue');
    // Only what has to be another is written anew: how a query is escaped is part of what was recorded.
    let search = url.search;
    if (version && /^\d+$/.test(version))
      search = search.replace(
        `resourceVersion=${version}`,
        `resourceVersion=${this.#version(version)}`,
      );
    if (token) search = search.replace(token, this.continueToken(token));
    return translated + search;
  }

  #version(recorded: string): string {
    const number = Number(recorded);
    // One that no server has yet, and one that all have forgotten, are so here, too.
    if (number <= 1 || number >= 99_999_999) return recorded;
    return (
      this.translation.version(recorded) ??
      (number > this.translation.newestVersion
        ? this.#now
        : this.translation.versionBefore(number)) ??
      recorded
    );
  }

  async #versionNow(): Promise<string> {
    const { body } = await this.admin('GET', '/api/v1/namespaces?limit=1');
    return body.metadata.resourceVersion;
  }

  /** A token names the version that its list was read at (`v`, `rv`, `start`). */
  continueToken(token: string): string {
    try {
      const parts = JSON.parse(Buffer.from(token, 'base64url').toString());
      if (parts.rv > 0) parts.rv = Number(this.#version(String(parts.rv)));
      return Buffer.from(JSON.stringify(parts)).toString('base64url');
    } catch {
      return token;
    }
  }

  #body(body: Json, exchange: Exchange): string | Buffer | undefined {
    if (body === null || body === undefined)
      return exchange.request.method === 'GET' ? undefined : '';
    if (typeof body !== 'string')
      return JSON.stringify(this.translation.apply(body));
    return body.startsWith('base64:')
      ? Buffer.from(body.slice('base64:'.length), 'base64')
      : (this.translation.apply(body) as string);
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
      const forget = this.translation.remember();
      const answer = await this.client.send(this.sentOf(exchange));
      const differences = this.#compare(exchange, answer);
      if (!differences.length || request.method !== 'GET' || Date.now() > end)
        return differences;
      // It was not yet what was recorded: nothing is learned of it.
      forget();
      await sleep(PAUSE_MS);
    }
  }

  #compare({ request, response }: Exchange, answer: Answer): Difference[] {
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
    this.translation.learnGenerated(
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
    const before = this.translation.unlike.length;
    this.translation.study(recorded, ours);
    const comparison = new Comparison(this.literals);
    comparison.values(this.translation.apply(recorded), ours);
    return [
      ...comparison.differences,
      ...this.translation.unlike.slice(before),
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

  /** Sends something that no exchange is: a change that a recorded watch shows, a part of the world. */
  async admin(
    method: string,
    path: string,
    body?: Json,
    userAgent = 'recorder/1',
  ): Promise<{ status: number; body: Json }> {
    const answer = await this.client.send({
      method,
      path,
      headers: {
        Accept: 'application/json',
        'User-Agent': userAgent,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      body: body && JSON.stringify(body),
      token: this.#cluster.adminToken,
    });
    const text = answer.body.toString();
    let json: Json = text;
    try {
      json = JSON.parse(text);
    } catch {
      // a text
    }
    return { status: answer.status, body: json };
  }

  async #makeWorld(objects: Json[]): Promise<void> {
    for (const object of objects) await this.make(object);
    for (const object of objects)
      if (SLOW.has(object.kind)) await this.#settled(object);
  }

  /** Makes an object that the file shows as it was shown, down to who manages which field. */
  async make(object: Json): Promise<void> {
    const path = objectPath(object);
    const collection = path.slice(0, path.lastIndexOf('/'));
    const managers = (object.metadata.managedFields ?? []).filter(
      (each: Json) => !each.subresource,
    );
    const made = await this.admin(
      'POST',
      `${collection}?fieldManager=${managers[0]?.manager ?? 'recorder'}`,
      writable(object),
    );
    let ours = made.body;
    if (made.status === 409) ours = (await this.admin('GET', path)).body;
    else if (made.status >= 300)
      throw new Error(`${path} cannot be made: ${JSON.stringify(made.body)}`);
    if (managers.length > 1 || managers[0]?.operation === 'Apply') {
      const owned = await this.admin('PUT', path, {
        ...ours,
        metadata: {
          ...ours.metadata,
          managedFields: object.metadata.managedFields.filter(
            (each: Json) => !each.subresource,
          ),
        },
      });
      if (owned.status === 200) ours = owned.body;
    }
    // What others write to goes on to other versions before it is as it was shown.
    const { resourceVersion, ...metadata } = object.metadata;
    this.translation.study(
      SLOW.has(object.kind) ? metadata : object.metadata,
      ours.metadata,
    );
  }

  /** The service account of a group, with a token and what it may. */
  async #makeAccount(): Promise<void> {
    const account = accountOf(this.#group);
    if (!account) return;
    const { namespace, name } = account;
    const base = `/api/v1/namespaces/${namespace}`;
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const { binding, role } = grantOf(this.#group);
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    await this.admin('POST', '/api/v1/namespaces', {
      metadata: { name: namespace },
    });
    await this.admin('POST', `${base}/serviceaccounts`, { metadata: { name } });
    await this.#grant(`${rbac}/namespaces/${namespace}`, 'Role', {
      role,
      binding,
      subjects,
      rules: rulesOf(this.#group),
    });
    const paths = pathsOf(this.#group);
    // By its name it stands where the recording has it among the roles of all.
    if (paths.length)
      await this.#grant(rbac, 'ClusterRole', {
        role: 'system:recorded',
        binding: 'system:recorded',
        subjects,
        rules: paths,
      });
    this.#accountToken = await this.#tokenOf(base, name);
  }

  async #grant(
    root: string,
    kind: 'Role' | 'ClusterRole',
    grant: { role: string; binding: string; subjects: Json[]; rules: Json[] },
  ): Promise<void> {
    const plural = `${kind.toLowerCase()}s`;
    await this.admin('POST', `${root}/${plural}`, {
      metadata: { name: grant.role },
      rules: grant.rules,
    });
    await this.admin('POST', `${root}/${kind.toLowerCase()}bindings`, {
      metadata: { name: grant.binding },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind,
        name: grant.role,
      },
      subjects: grant.subjects,
    });
  }

  /** A token out of a Secret, as the recorder had one. */
  async #tokenOf(base: string, name: string): Promise<string> {
    await this.admin('POST', `${base}/secrets`, {
      metadata: {
        name: `recorded-${name}`,
        annotations: { 'kubernetes.io/service-account.name': name },
      },
      type: 'kubernetes.io/service-account-token',
    });
    const end = Date.now() + PATIENCE_MS.slow;
    for (;;) {
      const { body } = await this.admin(
        'GET',
        `${base}/secrets/recorded-${name}`,
      );
      if (body.data?.token)
        return Buffer.from(body.data.token, 'base64').toString();
      if (Date.now() > end) throw new Error(`no token for ${name}`);
      await sleep(PAUSE_MS);
    }
  }

  /** Waits until an object of the world is about where it was shown; what it is not in the end, exchanges tell. */
  async #settled(object: Json): Promise<void> {
    const path = objectPath(object);
    const state = ({ status = {} }: Json) =>
      JSON.stringify([
        status.phase,
        status.readyReplicas,
        (status.containerStatuses ?? []).map((each: Json) => [
          each.ready,
          each.state?.waiting?.reason,
          Boolean(each.state?.running),
          each.state?.terminated?.reason,
        ]),
      ]);
    const end = Date.now() + PATIENCE_MS.slow;
    while (Date.now() < end) {
      const { body } = await this.admin('GET', path);
      if (state(body) === state(object)) return;
      await sleep(PAUSE_MS);
    }
  }
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

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  );
}

/** Whether two bodies differ in what somebody wrote. */
function isChanged(before: Json, after: Json): boolean {
  const text = (object: Json) => JSON.stringify(sorted(writable(object)));
  return text(before) !== text(after);
}

/** Whether a selector of equalities selects an object; others are not judged. */
function hasSelection(selector: string | null, { metadata }: Json): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every(part => {
      const [, key, value] = /^([\w./-]+)==?([\w.-]*)$/.exec(part) ?? [];
      return key !== undefined && metadata.labels?.[key] === value;
    });
}

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
