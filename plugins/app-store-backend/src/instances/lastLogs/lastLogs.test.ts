/** What terminated instances wrote last, through the whole store. */
import type { Knex } from 'knex';
import { behaviourIds, migrated } from '../../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../../__testUtils__/StoreUnderTest';
import { until } from '../../__testUtils__/until';
import { LastLogRepository } from './LastLogRepository';

jest.setTimeout(120_000);

const SERVER = `
console.log('first words');
for (let i = 0; i < 3000; i++) console.log('line', i, 'x'.repeat(60));
console.log('last words', String.fromCharCode(0), 'end');
require('node:http').createServer((q, s) => s.end()).listen(Number(process.env.PORT));
`;

describe.each(behaviourIds())('15: logs of terminated instances on %s', id => {
  let knex: Knex;
  let store: StoreUnderTest;

  beforeAll(async () => {
    knex = await migrated(id);
    store = await StoreUnderTest.start(id, {}, { knex });
  });
  afterAll(() => store?.stop());

  const log = (instance: string, who: string, query = '') =>
    store.api.get(`${API}/instances/${instance}/logs${query}`).set(as(who));
  const end = async (instance: string, query = '') => {
    await store.api
      .delete(`${API}/instances/${instance}${query}`)
      .set(as('dev'))
      .expect(202);
    await until(
      async () =>
        (
          await store.api.get(`${API}/instances/${instance}`).set(as('dev'))
        ).status === 404 ||
        (await store.get(`/instances/${instance}`, 'dev')).status ===
          'SUSPENDED',
    );
  };
  const run = async (toml?: string, name = 'app') => {
    const { body } = await store
      .importApp(
        'dev',
        await bundle({
          name: `${name}${toml ? '-with-volume' : ''}`,
          server: SERVER,
          toml,
        }),
      )
      .expect(201);
    const { body: instance } = await store.api
      .post(`${API}/apps/${body.app.id}/instances`)
      .set(as('dev'))
      .send({})
      .expect(201);
    await store.until(instance.id, 'DEPLOYED');
    await until(async () =>
      (await log(instance.id, 'dev')).text.includes('last words'),
    );
    return instance.id as string;
  };

  it('15: are read by their owner and admins for a day, and by nobody else', async () => {
    const instance = await run();
    expect((await log(instance, 'dev')).headers).not.toHaveProperty(
      'x-instance-ended',
    );
    await end(instance);
    const kept = await log(instance, 'dev').expect(200);
    expect(kept.text).toMatch(/last words .* end\n$/);
    // The end of it.
    expect(kept.text).not.toContain('first words');
    expect(Buffer.byteLength(kept.text)).toBeLessThanOrEqual(64 * 1024 + 1);
    expect(Buffer.byteLength(kept.text)).toBeGreaterThan(60 * 1024);
    expect(kept.text).toMatch(/^line \d+ x/);
    expect(
      Date.now() - Date.parse(kept.headers['x-instance-ended']),
    ).toBeLessThan(60_000);
    expect(
      (await log(instance, 'dev', '?container=prepare').expect(200)).text,
    ).toContain('Sourcing The Wave Application');
    await log(instance, 'dev', '?container=other').expect(404);
    await log(instance, 'ada').expect(200);
    for (const who of ['uma', 'vic'])
      expect((await log(instance, who)).body.code).toBe('NOT_FOUND');
    // As events, it ends.
    const events = await log(instance, 'dev', '?follow=true').set(
      'accept',
      'text/event-stream',
    );
    expect(events.text).toContain('event: end');

    // Who may not read the log of what runs may not read it afterwards.
    await knex('last_logs').update({ owner_ref: 'user:default/vic' });
    await log(instance, 'vic').expect(404);
    await knex('last_logs').update({ owner_ref: 'user:default/dev' });
    const rows = new LastLogRepository(knex);
    await rows.dropBefore(new Date(Date.now() - 24 * 3_600_000).toISOString());
    await log(instance, 'dev').expect(200);
    await rows.dropBefore(new Date(Date.now() + 1000).toISOString());
    await log(instance, 'dev').expect(404);
  });

  it('15: also of one that was suspended before, from its end on', async () => {
    const instance = await run(undefined, 'suspended');
    await store.api
      .post(`${API}/instances/${instance}/suspend`)
      .set(as('dev'))
      .expect(200);
    await store.until(instance, 'SUSPENDED');
    // It is suspended for long.
    await knex('last_logs')
      .where({ instance_id: instance })
      .update({ ended_at: '2026-01-01T00:00:00.000Z' });
    const rows = new LastLogRepository(knex);
    const day = () =>
      rows.dropBefore(new Date(Date.now() - 24 * 3_600_000).toISOString());
    await day();
    await end(instance);
    await day();
    await until(
      async () =>
        (
          await store.api.get(`${API}/instances/${instance}`).set(as('dev'))
        ).status === 404,
    );
    await day();
    const kept = await log(instance, 'dev').expect(200);
    expect(kept.text).toContain('last words');
    expect(
      Date.now() - Date.parse(kept.headers['x-instance-ended']),
    ).toBeLessThan(60_000);
  });

  it('15: also of one whose volume is kept', async () => {
    const instance = await run('VolumeMount = "/v"\nVolumeSize = "1Mi"');
    await end(instance);
    await until(
      async () =>
        (await knex('instances').where({ id: instance }).first()).desired ===
        'released',
    );
    expect((await log(instance, 'dev').expect(200)).text).toContain(
      'last words',
    );
    await log(instance, 'uma').expect(404);
  });
});
