/**
 * What people may do to the catalog, asked of a running portal: whoever may read an
 * entity may not therefore change it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../spec/World';
import { expect, test } from './fixtures';

const PEOPLE = ['ada', 'dev', 'uma', 'vic', 'val'] as const;
type Person = (typeof PEOPLE)[number];

const EVERYBODY: Person[] = [...PEOPLE];
const ADMINS: Person[] = ['ada'];
const NOBODY: Person[] = [];

/** The same app is there twice: with owner and tags, and without, for visitors. */
type Target = 'User' | 'App' | 'VisitorsApp' | 'AppTag';

/** Who may do what to a person, an app that vic is invited to, a tag, or at all. */
const ROWS: Record<
  string,
  { on: Record<Target, Person[]> } | { anybodyOf: Person[] }
> = {
  'catalog.entity.read': {
    on: {
      User: EVERYBODY,
      App: ['ada', 'dev', 'uma'],
      VisitorsApp: ['vic'],
      AppTag: ['ada', 'dev', 'uma'],
    },
  },
  // Apps and tags come from the store, and nobody changes them in the catalog.
  'catalog.entity.delete': {
    on: { User: ADMINS, App: NOBODY, VisitorsApp: NOBODY, AppTag: NOBODY },
  },
  'catalog.entity.refresh': {
    on: { User: ADMINS, App: NOBODY, VisitorsApp: NOBODY, AppTag: NOBODY },
  },
  'catalog.entity.create': { anybodyOf: ADMINS },
  'catalog.entity.validate': { anybodyOf: ADMINS },
  'catalog.location.read': { anybodyOf: ADMINS },
  'catalog.location.create': { anybodyOf: ADMINS },
  'catalog.location.delete': { anybodyOf: ADMINS },
  'catalog.location.analyze': { anybodyOf: ADMINS },
  'catalog.ingestion.read': { anybodyOf: ADMINS },
  'catalog.ingestion.manage': { anybodyOf: ADMINS },
  // Pods tell settings of apps, and the proxy leads to all of the cluster's API.
  'kubernetes.clusters.read': { anybodyOf: ADMINS },
  'kubernetes.proxy': { anybodyOf: ADMINS },
  'kubernetes.resources.read': { anybodyOf: ADMINS },
};

interface Question {
  line: string;
  who: Person[];
  permission: Permission;
  resourceRef?: string;
}

interface Permission {
  name: string;
  resourceType?: string;
}

async function ask(
  world: World,
  person: Person,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${world.portal.url}/api/${path}`, {
    method: init.method,
    headers: {
      authorization: `Bearer ${await world.portal.token(person)}`,
      'content-type': 'application/json',
    },
    body: init.body === undefined ? undefined : JSON.stringify(init.body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    body: isJson && text ? JSON.parse(text) : text,
  };
}

interface Entity {
  kind: string;
  metadata: { uid: string; name: string; namespace: string };
}

const refOf = ({ kind, metadata }: Entity) =>
  `${kind}:${metadata.namespace}/${metadata.name}`.toLowerCase();

/** An entity of each kind, and only once the catalog has them. */
async function entities(world: World): Promise<Record<Target, Entity>> {
  const one = async (filter: string, person: Person = 'dev'): Promise<Entity> =>
    (
      await world.eventually(
        () => ask(world, person, `catalog/entities/by-query?filter=${filter}`),
        ({ body }) => body.items?.length > 0,
      )
    ).body.items[0];
  return {
    User: await one('kind=user,metadata.name=dev'),
    App: await one('kind=app,spec.name=lamp'),
    VisitorsApp: await one('kind=app,spec.name=lamp', 'vic'),
    AppTag: await one('kind=apptag,spec.name=TA'),
  };
}

async function importLamp(world: World): Promise<void> {
  await world.import('dev', { name: 'lamp', app: 'Tags = ["TA"]' });
}

/** The plugins that the portal runs, by its own log. */
function plugins(world: World): string[] {
  const log = readFileSync(join(world.portal.data, 'portal.log'), 'utf8');
  const line = /Plugin initialization started: .*/.exec(log)?.[0] ?? '';
  return [...line.matchAll(/'([\w-]+)'/g)].map(([, id]) => id);
}

test('2: every permission of the portal × every person has the answer of its row', async ({
  world,
}) => {
  await importLamp(world);
  const targets = await entities(world);
  const running = plugins(world);
  expect(running).toEqual(expect.arrayContaining(['catalog', 'search']));

  const permissions = new Map<string, Permission>();
  for (const plugin of running) {
    const { status, body } = await ask(
      world,
      'ada',
      `${plugin}/.well-known/backstage/permissions/metadata`,
    );
    // A plugin without permissions has no such page, or shows the web app's.
    if (status !== 200 || typeof body === 'string') continue;
    for (const permission of body.permissions)
      permissions.set(permission.name, permission);
  }
  // A new permission needs a row above, and a decision in packages/backend/src/catalogPolicy.ts.
  expect([...permissions.keys()].sort()).toEqual(Object.keys(ROWS).sort());

  const wanted: string[] = [];
  const found: string[] = [];
  for (const person of PEOPLE) {
    const questions = [...permissions.values()].flatMap(
      (permission): Question[] => {
        const row = ROWS[permission.name];
        return 'on' in row
          ? Object.entries(row.on).map(([kind, who]) => ({
              line: `${person} ${permission.name} on ${kind}`,
              who,
              permission,
              resourceRef: refOf(targets[kind as keyof typeof targets]),
            }))
          : [
              {
                line: `${person} ${permission.name}`,
                who: row.anybodyOf,
                permission,
              },
            ];
      },
    );
    const { status, body } = await ask(world, person, 'permission/authorize', {
      method: 'POST',
      body: {
        items: questions.map(({ permission, resourceRef }, index) => ({
          id: String(index),
          permission,
          resourceRef,
        })),
      },
    });
    expect(status).toBe(200);
    for (const [index, { line, who }] of questions.entries()) {
      wanted.push(`${line}: ${who.includes(person) ? 'ALLOW' : 'DENY'}`);
      found.push(`${line}: ${body.items[index].result}`);
    }
  }
  expect(found).toEqual(wanted);
});

test('2: nobody but an admin changes the catalog, and nobody changes what the store put there', async ({
  world,
}) => {
  await importLamp(world);
  const { User, App, VisitorsApp, AppTag } = await entities(world);
  const location = { type: 'url', target: 'https://example.invalid/c.yaml' };
  const component = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'x', annotations: {} },
    spec: { type: 'website', lifecycle: 'x', owner: 'user:default/vic' },
  };
  const made = await ask(world, 'ada', 'catalog/locations', {
    method: 'POST',
    body: location,
  });
  expect(made.status).toBe(201);
  const { id } = made.body.location;
  const DELETE = { method: 'DELETE' };
  const post = (body: unknown) => ({ method: 'POST', body });
  const act = (action: string, input: unknown) =>
    [
      `catalog/.backstage/actions/v1/actions/catalog:${action}/invoke`,
      post(input),
    ] as const;
  const attacks = [
    ...[User, App, VisitorsApp, AppTag].flatMap(entity => [
      [`catalog/entities/by-uid/${entity.metadata.uid}`, DELETE] as const,
      ['catalog/refresh', post({ entityRef: refOf(entity) })] as const,
      act('refresh-catalog-entity', {
        kind: entity.kind,
        namespace: entity.metadata.namespace,
        name: entity.metadata.name,
      }),
    ]),
    ['catalog/locations', post({ ...location, target: 'https://x.invalid/' })],
    ['catalog/locations?dryRun=true', post(location)],
    [`catalog/locations/${id}`, DELETE],
    [`catalog/locations/${id}`, { method: 'PUT', body: location }],
    ['catalog/locations', {}],
    [`catalog/locations/${id}`, {}],
    ['catalog/analyze-location', post({ location })],
    [
      'catalog/validate-entity',
      post({ entity: component, location: 'url:https://example.invalid/' }),
    ],
    act('register-entity', { locationUrl: location.target }),
    act('unregister-entity', { type: { locationId: id } }),
    act('validate-entity', { entity: JSON.stringify(component) }),
  ] as Array<readonly [string, { method?: string; body?: unknown }]>;
  const went: string[] = [];
  for (const person of ['dev', 'uma', 'vic', 'val'] as const)
    for (const [path, init] of attacks) {
      const { status, body } = await ask(world, person, path, init);
      // Some say that there is nothing, and the validating action that its own call was refused.
      const denied =
        /NotAllowedError|No entity found|Found no location|with 403 /.test(
          JSON.stringify(body),
        );
      // A list shows nothing instead.
      const empty = Array.isArray(body) && body.length === 0;
      if (!denied && !empty)
        went.push(`${person} ${init.method ?? 'GET'} ${path}: ${status}`);
    }
  expect(went).toEqual([]);

  for (const entity of [App, VisitorsApp, AppTag]) {
    expect(
      await ask(
        world,
        'ada',
        `catalog/entities/by-uid/${entity.metadata.uid}`,
        DELETE,
      ),
    ).toMatchObject({ status: 403 });
    expect(
      await ask(
        world,
        'ada',
        'catalog/refresh',
        post({ entityRef: refOf(entity) }),
      ),
    ).toMatchObject({ status: 403 });
  }
  for (const entity of [User, App, AppTag])
    expect(
      (
        await ask(
          world,
          'dev',
          `catalog/entities/by-uid/${entity.metadata.uid}`,
        )
      ).status,
    ).toBe(200);

  // An admin has what is an admin's.
  expect(
    (
      await ask(
        world,
        'ada',
        'catalog/refresh',
        post({ entityRef: refOf(User) }),
      )
    ).status,
  ).toBe(200);
  expect(
    (await ask(world, 'ada', `catalog/locations/${id}`, DELETE)).status,
  ).toBe(204);
});
