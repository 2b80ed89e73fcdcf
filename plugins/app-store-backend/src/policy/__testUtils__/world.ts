/** A store's rows of all kinds that lists are filtered over, and what their filters must give. */
import type {
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { AliasRepository } from '../../aliases/AliasRepository';
import { aliasFacts } from '../../aliases/aliasRows';
import { AppLists } from '../../apps/AppLists';
import { appFacts, AppRepository } from '../../apps/AppRepository';
import {
  appRecord,
  instanceRecord,
  manifestOf,
  NOW,
} from '../../__testUtils__/fixtures';
import { InstanceRepository } from '../../instances/InstanceRepository';
import { InstanceTransitions } from '../../instances/InstanceTransitions';
import { SecretRepository } from '../../secrets/SecretRepository';
import { TagRepository } from '../../tags/TagRepository';
import { instanceFacts } from '../../instances/presentInstance';
import type { Actor } from '../Actor';
import type { Policy } from '../Policy';
import type { SecretScope } from '../rows/secret';

/** What the world holds; rows name each other by their place. */
export interface World {
  /** Visitor roles of each tag. */
  tags: string[][];
  apps: Array<{
    name: string;
    owner: string;
    visibility: Visibility;
    lifecycle: InstanceLifecycle;
    tags: number[];
  }>;
  instances: Array<{ app: number; owner: string; visibility: Visibility }>;
  secrets: Array<{ name: string; owner: string; visibility: SecretScope }>;
  /** An alias may have no instance. */
  aliases: Array<{ creator: string; instance: number | null }>;
}

const BY = { at: NOW };
/** More than any world has rows of one kind. */
const PAGE = { limit: 1000 };
const TABLES = [
  'alias_history',
  'aliases',
  'instances',
  'app_secrets',
  'secrets',
  'app_tags',
  'tag_visitor_roles',
  'tags',
  'apps',
  'app_names',
];

const toml = (lifecycle: InstanceLifecycle) =>
  lifecycle === 'LINK'
    ? `[App]\nName = "hello"\nVersion = "1.0.0"\nInstanceLifecycle = "LINK"\n[Link]\nAddress = "https://example.com"\n`
    : `[App]\nName = "hello"\nVersion = "1.0.0"\nInstanceLifecycle = "${lifecycle}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`;
const manifests = Object.fromEntries(
  (['ON_DEMAND', 'MANAGED', 'LINK'] as const).map(lifecycle => [
    lifecycle,
    manifestOf(toml(lifecycle)),
  ]),
);

const at = <T>(items: T[], place: number): T => items[place % items.length];
const ids = (items: Array<{ id: string }>) => items.map(item => item.id).sort();

/** Puts a world in the place of whatever the database holds. */
export async function write(knex: Knex, policy: Policy, world: World) {
  for (const table of TABLES) await knex(table).delete();
  const tags: string[] = [];
  for (const [i, visitorRoles] of world.tags.entries()) {
    const { id } = await new TagRepository(knex).insert({
      name: `T${i}`,
      title: `T${i}`,
      color: '#000000',
      description: '',
      adminRoles: [],
      visitorRoles,
    });
    tags.push(id);
  }
  const written = { apps: [] as string[], instances: [] as string[] };
  const apps = new AppRepository(knex);
  for (const [i, app] of world.apps.entries()) {
    const id = randomUUID();
    written.apps.push(id);
    await apps.insert(
      appRecord({
        id,
        name: app.name,
        version: `1.0.${i}`,
        ownerRef: app.owner,
        visibility: app.visibility,
        manifest: manifests[app.lifecycle],
      }),
      { tagIds: [...new Set(app.tags.map(tag => at(tags, tag)))] },
    );
  }
  const transitions = new InstanceTransitions(knex);
  for (const each of written.apps.length ? world.instances : []) {
    const record = instanceRecord(at(written.apps, each.app), {
      ownerRef: each.owner,
      visibility: each.visibility,
    });
    written.instances.push(record.id);
    await transitions.insert(record, 1000);
  }
  for (const secret of world.secrets)
    await new SecretRepository(knex, policy).insert({
      id: randomUUID(),
      name: secret.name,
      visibility: secret.visibility,
      parent: secret.visibility === 'APP' ? 'app:n0' : '',
      ownerRef: secret.owner,
      keys: [],
      valueVersion: 1,
      valueDigest: '',
      state: 'READY',
      revision: 1,
      createdAt: NOW,
      updatedAt: NOW,
    });
  for (const [i, alias] of world.aliases.entries())
    await new AliasRepository(knex, policy).insert(
      { id: randomUUID(), name: `a${i}`, creatorRef: alias.creator },
      {
        instanceId:
          alias.instance === null || !written.instances.length
            ? undefined
            : at(written.instances, alias.instance),
        primary: false,
      },
      BY,
      BY.at,
    );
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Reads all rows of the world, unfiltered. */
export async function read(knex: Knex, policy: Policy) {
  const apps = new AppRepository(knex);
  const aliases = new AliasRepository(knex, policy);
  const names: string[] = await knex('aliases').pluck('name');
  return {
    tags: await new TagRepository(knex).list(),
    apps: await apps.getMany(await knex('apps').pluck('id')),
    instances: await new InstanceRepository(knex, policy).listAll(),
    secrets: await collected(new SecretRepository(knex, policy).all()),
    aliases: await Promise.all(
      names.map(async name => (await aliases.find(name))!),
    ),
  };
}

/** For each kind, the ids that the actor's list gives and those that the decisions allow. */
export async function listed(
  knex: Knex,
  policy: Policy,
  actor: Actor,
  rows: Awaited<ReturnType<typeof read>>,
) {
  const apps = new Map(rows.apps.map(app => [app.id, app]));
  const lists = {
    apps: new AppLists(knex, policy),
    instances: new InstanceRepository(knex, policy),
    secrets: new SecretRepository(knex, policy),
    aliases: new AliasRepository(knex, policy),
  };
  const filtered: Record<string, string[]> = {};
  for (const [kind, repository] of Object.entries(lists))
    filtered[kind] = ids((await repository.list(actor, PAGE)).items);
  filtered.tags = ids(
    await new TagRepository(knex).list(query =>
      policy.filter('tag', 'read', actor, query),
    ),
  );
  const decided: Record<string, string[]> = {
    tags: ids(
      rows.tags.filter(tag => policy.decide('tag', 'read', actor, tag).allowed),
    ),
    apps: ids(
      rows.apps.filter(
        app => policy.decide('app', 'read', actor, appFacts(app)).allowed,
      ),
    ),
    instances: ids(
      rows.instances.filter(
        each =>
          policy.decide(
            'instance',
            'read',
            actor,
            instanceFacts(each, apps.get(each.appId)!),
          ).allowed,
      ),
    ),
    secrets: ids(
      rows.secrets.filter(
        secret => policy.decide('secret', 'read', actor, secret).allowed,
      ),
    ),
    aliases: ids(
      rows.aliases.filter(
        alias =>
          policy.decide('alias', 'read', actor, aliasFacts(alias)).allowed,
      ),
    ),
  };
  return { filtered, decided };
}
