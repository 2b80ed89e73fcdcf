/** What the registry tells of what it is asked for. */
import { mockServices } from '@backstage/backend-test-utils';
import express from 'express';
import request from 'supertest';
import { appRecord } from '../../__testUtils__/fixtures';
import type { AppRecord } from '../AppRepository';
import { ContentRegistry } from './ContentRegistry';
import { createRegistryRouter } from './registryRouter';

const app = {
  ...appRecord({ name: 'reader', version: '1.0.0' }),
  id: '9b2f6f0e-5a52-4f0c-8b57-0f6e9c1f4f10',
  contentDigest: 'ab'.repeat(32),
  contentSize: 2048,
} as unknown as AppRecord;

function setUp() {
  const logger = mockServices.logger.mock();
  const registry = new ContentRegistry({
    host: 'portal.example.com',
    key: '00'.repeat(32),
    apps: { get: async () => app },
    tar: async () => {
      throw new Error('the bucket does not answer');
    },
  });
  const logged: string[] = [];
  const server = express()
    .use((asked, answer, next) => {
      // As Backstage logs requests.
      answer.on('finish', () => logged.push(asked.originalUrl));
      next();
    })
    .use('/v2', createRegistryRouter({ registry, logger }));
  const [, name, digest] = /\/(.+)@(.+)$/.exec(registry.referenceOf(app)!)!;
  return { server, logged, logger, path: `/v2/${name}`, digest, registry };
}

it('15: what lets in is not in the log of requests', async () => {
  const { server, logged, path, digest } = setUp();
  const answer = await request(server).head(`${path}/manifests/${digest}`);
  expect([answer.status, answer.headers['docker-content-digest']]).toEqual([
    200,
    digest,
  ]);
  expect(Number(answer.headers['content-length'])).toBeGreaterThan(100);
  expect(logged).toEqual([`/v2/app-store/${app.id}/manifests/${digest}`]);
});

it('15: a bundle that cannot be read is said to the node, and the app to the log', async () => {
  const { server, path, logger } = setUp();
  const { status, body, headers } = await request(server).get(
    `${path}/blobs/sha256:${app.contentDigest}`,
  );
  expect([status, body.errors[0].code]).toEqual([503, 'UNAVAILABLE']);
  expect(headers).not.toHaveProperty('docker-content-digest');
  expect(logger.warn.mock.calls).toEqual([
    [
      `a node did not get the content of the app reader 1.0.0 (${app.id}): the bucket does not answer`,
    ],
  ]);
});

it('15: no image has a name where no registry has one, and one that has is served all the same', async () => {
  const { path, digest, server } = setUp();
  const registry = new ContentRegistry({
    host: undefined,
    key: '00'.repeat(32),
    apps: { get: async () => app },
    tar: async () => {
      throw new Error('not asked for');
    },
  });
  expect(registry.referenceOf(app)).toBeUndefined();
  const later = express().use(
    '/v2',
    createRegistryRouter({ registry, logger: mockServices.logger.mock() }),
  );
  for (const each of [server, later])
    expect(
      (await request(each).get(`${path}/manifests/${digest}`)).status,
    ).toBe(200);
});
