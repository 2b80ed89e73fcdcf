/** What of the gateway's keys is in the database. */
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { randomBytes } from 'node:crypto';
import { migrated } from '../__testUtils__/databases';
import { MIGRATIONS_DIRECTORY } from '../database';
import { Assertions } from './Assertions';
import { HandOff } from './HandOff';
import { KeyStore, sealingKey, type SealingKey } from './KeyStore';
import { SessionStore } from './SessionStore';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });
const URLS = {
  portalUrl: new URL('http://localhost:7007'),
  appsUrl: new URL('http://apps.localhost:7008'),
};
const HOST = '00000000-0000-4000-8000-000000000001.apps.localhost';

describe.each(databases.eachSupportedId())('keys on %s', id => {
  let knex: Knex;
  const by = sealingKey(randomBytes(32));
  const keys = (sealing: SealingKey = by) =>
    new KeyStore({ knex, sealing: async () => sealing });

  beforeEach(async () => {
    knex = await migrated(databases, id);
  });

  /** A gateway on the database, and what it can read. */
  const gateway = async (sealing: SealingKey = by) => {
    const sessions = new SessionStore(knex, async () => sealing);
    const handOff = await HandOff.create({
      sessions,
      ...URLS,
      routes: { alias: () => undefined },
    });
    const assertions = await Assertions.create(sessions);
    return { handOff, assertions };
  };
  const stateOf = async ({ handOff }: { handOff: HandOff }) =>
    new URL((await handOff.begin(HOST, '/', [])).location).searchParams.get(
      'state',
    )!;
  const everything = async () => JSON.stringify(await knex('keys'));

  it('11: no key is in the database in clear', async () => {
    const made: string[] = [];
    const key = await keys().get('state', async () => {
      made.push('a-secret-of-its-own');
      return made[0];
    });
    expect(key).toBe(made[0]);
    const { handOff, assertions } = await gateway();
    await stateOf({ handOff });
    await assertions.publicKeys();
    expect(await everything()).not.toMatch(/secret-of-its-own|PRIVATE KEY/);
    const values: string[] = await knex('keys').pluck('value');
    expect(values).toHaveLength(2);
    for (const value of values)
      expect(
        JSON.parse(Buffer.from(value.split('.')[0], 'base64url').toString()),
      ).toMatchObject({ alg: 'dir', enc: 'A256GCM', kid: by.id });
  });

  it('11: keys that lie there in clear are taken over sealed, and gateways of both releases understand each other', async () => {
    await knex('keys').insert([{ name: 'state', value: 'clear-state-key' }]);
    const { handOff } = await gateway();
    const state = await stateOf({ handOff });
    expect(await everything()).not.toContain('clear-state-key');
    expect((await knex('keys').pluck('name')).sort()).toEqual([
      `state:${by.id}`,
    ]);
    expect(await keys().get('state', async () => 'another')).toBe(
      'clear-state-key',
    );
    expect((await handOff.exchange(state, 'user:default/uma')).host).toBe(HOST);
    // A gateway of the release before that starts once more leaves one behind; it does not count.
    await knex('keys').insert({ name: 'state', value: 'left-behind' });
    await keys().dropClear();
    expect(await everything()).not.toContain('left-behind');
    expect(await keys().get('state', async () => 'another')).toBe(
      'clear-state-key',
    );
  });

  it('11: a clear key that is not taken over yet is not dropped', async () => {
    await knex('keys').insert({ name: 'state', value: 'clear-state-key' });
    await keys().dropClear();
    expect(await everything()).toContain('clear-state-key');
  });

  it('11: gateways that start at once agree on one', async () => {
    const gateways = await Promise.all([gateway(), gateway(), gateway()]);
    const states = await Promise.all(gateways.map(stateOf));
    for (const { handOff } of gateways)
      for (const state of states)
        expect((await handOff.exchange(state, 'user:default/uma')).host).toBe(
          HOST,
        );
    const jwks = await Promise.all(
      gateways.map(({ assertions }) => assertions.publicKeys()),
    );
    expect(jwks[1]).toEqual(jwks[0]);
    expect(jwks[2]).toEqual(jwks[0]);
  });

  it('11: another sealing key has keys of its own, and a value is none in another row', async () => {
    const key = await keys().get('state', async () => 'first');
    const other = sealingKey('x'.repeat(32));
    expect(await keys(other).get('state', async () => 'second')).toBe('second');
    expect(await keys().get('state', async () => 'third')).toBe(key);
    const { value } = await knex('keys')
      .where({ name: `state:${by.id}` })
      .first('value');
    await knex('keys').insert({ name: `assertions:${by.id}`, value });
    await expect(keys().get('assertions', async () => 'x')).rejects.toThrow(
      'sealed as another one',
    );
    await knex('keys')
      .where({ name: `state:${by.id}` })
      .update({ value: `${value.slice(0, -4)}AAAA` });
    await expect(keys().get('state', async () => 'x')).rejects.toThrow();
  });

  it('11: what seals them is asked for again after it could not be read', async () => {
    let away = true;
    const store = new KeyStore({
      knex,
      sealing: async () => {
        if (away) throw new Error('away');
        return by;
      },
    });
    await expect(store.get('state', async () => 'k')).rejects.toThrow('away');
    away = false;
    expect(await store.get('state', async () => 'k')).toBe('k');
  });

  it('go up and down', async () => {
    await knex.migrate.rollback({ directory: MIGRATIONS_DIRECTORY }, true);
    expect(await knex.schema.hasTable('sessions')).toBe(false);
    await knex.migrate.up({ directory: MIGRATIONS_DIRECTORY });
    await knex('sessions').insert({
      hash: 'h',
      host: HOST,
      user_ref: 'user:default/uma',
      created_at: 1,
      expires_at: 2,
    });
    await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
    expect(await knex('sessions').first()).toMatchObject({ instance_id: null });
    await knex.migrate.down({ directory: MIGRATIONS_DIRECTORY });
    expect(await knex('sessions').first('host')).toEqual({ host: HOST });
    await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
    expect(await knex('positions').pluck('name')).toEqual(['revocations']);
  });
});
