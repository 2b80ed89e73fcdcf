/** A store with something on every page: apps with parameters, instances, secrets, aliases, tags, policies, tokens. */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import type { Person } from './people';
import type { Portal } from './portal';

const ASKING = `[App]
Name = "com.example.asking"
Version = "1.0.0"
Title = "Asking"
Description = "Asks a few things when it is run."
Tags = ["DEVELOPER_TOOLS"]

[Runtime]
AppMode = "static"
Module = "site"

[[Parameter]]
Name = "TEAM"
Title = "Team"
Description = "Whose numbers it shows."
Type = "text"
Required = true

[[Parameter]]
Name = "LIMIT"
Title = "Limit"
Type = "number"
Default = "10"

[[Parameter]]
Name = "SIZE"
Title = "Size"
Type = "choice"
Choices = ["small", "large"]
Default = "small"

[[Parameter]]
Name = "DEBUG"
Title = "Debug"
Type = "boolean"
Default = "false"
`;

/** What was made. */
export interface Furniture {
  /** Ids of app versions by their titles. */
  apps: Record<string, string>;
  /** Ids of instances. */
  hello: string;
  notes: string;
  whoami: string;
  /** Of a visitor. */
  guest: string;
  /** Terminated, and kept. */
  ended: string;
}

/** Sends JSON as somebody. */
export async function send(
  portal: Portal,
  person: Person,
  method: string,
  path: string,
  body?: unknown,
) {
  const answer = await portal.api(person, path, {
    method,
    ...(body === undefined
      ? {}
      : {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
  });
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.body;
}

/** Waits until an instance has a status. */
export async function until(
  portal: Portal,
  person: Person,
  id: string,
  status: string,
): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { body } = await portal.api(person, `/instances/${id}`);
    if (body?.status === status) return;
    await sleep(200);
  }
  throw new Error(`instance ${id} does not become ${status}`);
}

/** Fills a store so that each page shows something; returns the ids of what it made. */
export async function furnish(portal: Portal): Promise<Furniture> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(ASKING), 'app.toml');
  zip.addBuffer(Buffer.from('<h1>Asked</h1>'), 'site/index.html');
  zip.end();
  const imported = await portal.api('dev', '/apps?visibility=ALL_USERS', {
    method: 'POST',
    body: await buffer(zip.outputStream as Readable),
    headers: { 'content-type': 'application/zip' },
  });
  if (imported.status !== 201) throw new Error(JSON.stringify(imported));
  const { items } = await send(portal, 'dev', 'GET', '/apps?limit=100');
  const apps = Object.fromEntries(
    items.map((app: { title: string; id: string }) => [app.title, app.id]),
  );
  const run = async (person: Person, title: string, body = {}) =>
    (await send(portal, person, 'POST', `/apps/${apps[title]}/instances`, body))
      .id as string;
  const hello = await run('uma', 'Hello', { visibility: 'ALL_USERS' });
  const notes = await run('uma', 'Notes');
  const whoami = await run('dev', 'Who am I');
  const board = await run('dev', 'Team Board', { visibility: 'ALL_USERS' });
  const guest = await run('vic', 'Hello');
  for (const [person, id] of [
    ['uma', hello],
    ['uma', notes],
    ['dev', whoami],
    ['dev', board],
    ['vic', guest],
  ] as const)
    await until(portal, person, id, 'DEPLOYED');
  const ended = await run('uma', 'Notes');
  await until(portal, 'uma', ended, 'DEPLOYED');
  await portal.api('uma', `/instances/${ended}`, { method: 'DELETE' });
  await send(portal, 'uma', 'POST', '/aliases', {
    name: 'umas-hello',
    instanceId: hello,
  });
  await send(portal, 'uma', 'POST', '/aliases', { name: 'spare' });
  await send(portal, 'dev', 'POST', '/aliases', {
    name: 'team',
    instanceId: board,
    primary: true,
  });
  const secret = (person: Person, query: string, data: object) =>
    send(portal, person, 'PUT', `/secrets/${query}`, { data });
  await secret('ada', 'mail-gateway?visibility=ALL_USERS', {
    user: 'store',
    password: 'a password for everybody',
  });
  await secret(
    'ada',
    `licence?visibility=APP&parent=${encodeURIComponent(
      'app:com.example.hello',
    )}`,
    { key: 'a licence of one app' },
  );
  await secret('uma', 'my-database?visibility=PRIVATE', {
    url: 'postgres://db',
    password: 'a password of uma',
  });
  await send(portal, 'ada', 'POST', '/tags', {
    name: 'VERIFIED',
    title: 'Verified',
    color: '#2b7a0b',
    description: 'Looked at by an admin.',
    adminRoles: ['group:default/store-admins'],
  });
  await send(portal, 'uma', 'PATCH', `/apps/${apps.Notes}/preferences`, {
    pinned: true,
    liked: true,
  });
  await send(portal, 'ada', 'PUT', '/iam/policies', {
    policies: [
      {
        name: 'support-reads-logs',
        resources: ['*'],
        statements: [
          {
            effect: 'allow',
            subjects: ['role:group:default/support'],
            actions: ['instance:read', 'instance:view_log'],
          },
        ],
      },
    ],
  });
  await send(portal, 'uma', 'POST', '/tokens', { name: 'nightly build' });
  return { apps, hello, notes, whoami, guest, ended };
}
