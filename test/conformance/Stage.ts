/** The cluster that a group is played on, and what is made on it that no exchange is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './Client';
import { objectPath, type Json } from './recording';
import type { Translation } from './Translation';
import { writable } from './world';

/** Kinds that take a while to come to where they were recorded. */
export const SLOW = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'PersistentVolumeClaim',
  'Event',
]);
/** How long what is read may take to be as it was recorded, in milliseconds. */
export const PATIENCE_MS = { slow: 12_000, quick: 1_500 };
export const PAUSE_MS = 100;

/** A cluster to play on. */
export interface Cluster {
  client: Client;
  adminToken: string;
  /** Has something happen to the cluster that a recording tells of. */
  happens(fault: 'compact' | 'forget'): Promise<void>;
}

export class Stage {
  readonly client: Client;
  readonly adminToken: string;
  readonly #cluster: Cluster;
  readonly #translation: Translation;

  constructor(cluster: Cluster, translation: Translation) {
    this.client = cluster.client;
    this.adminToken = cluster.adminToken;
    this.#cluster = cluster;
    this.#translation = translation;
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
      token: this.adminToken,
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

  async makeAll(objects: Json[]): Promise<void> {
    for (const object of objects) await this.#make(object);
    for (const object of objects)
      if (SLOW.has(object.kind)) await this.#settled(object);
  }

  /** Makes an object that the file shows as it was shown, down to who manages which field. */
  async #make(object: Json): Promise<void> {
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
    this.#translation.study(
      SLOW.has(object.kind) ? metadata : object.metadata,
      ours.metadata,
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

  /** Something is written elsewhere, so that what was is old. */
  async moveOn(fault: 'compact' | 'forget'): Promise<void> {
    await this.nudge();
    await this.#cluster.happens(fault);
  }

  /** Writes something that no recording is about: the version of the store moves. */
  async nudge(): Promise<void> {
    await this.admin('POST', '/api/v1/namespaces/kube-public/configmaps', {
      metadata: { generateName: 'nudge-' },
    });
  }

  /** The version of the store. */
  async version(): Promise<string> {
    const { body } = await this.admin('GET', '/api/v1/namespaces?limit=1');
    return body.metadata.resourceVersion;
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
