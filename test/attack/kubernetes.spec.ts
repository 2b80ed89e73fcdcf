/**
 * Backstage's Kubernetes plugin, asked of a running portal: admins of the store read through it what its account
 * may read, and nobody else anything.
 */
import type { World } from '../spec/World';
import { expect, test } from './fixtures';

const QUERY = { entityRef: 'app:default/any', auth: {} };
const REQUESTS: Array<[method: string, path: string, body?: object]> = [
  ['GET', 'clusters'],
  ['POST', 'services/any', { auth: {} }],
  ['POST', 'resources/workloads/query', QUERY],
  [
    'POST',
    'resources/custom/query',
    {
      ...QUERY,
      customResources: [{ group: '', apiVersion: 'v1', plural: 'secrets' }],
    },
  ],
  ['GET', 'proxy/api/v1/pods'],
  ['DELETE', 'proxy/api/v1/namespaces/app-store/pods/any'],
];

async function ask(
  world: World,
  person: Parameters<World['portal']['token']>[0] | undefined,
  [method, path, body]: (typeof REQUESTS)[number],
): Promise<{ status: number; text: string }> {
  const token = person && (await world.portal.token(person));
  const response = await fetch(`${world.portal.url}/api/kubernetes/${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      'content-type': 'application/json',
      'backstage-kubernetes-cluster': 'local',
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

test('14: nobody but an admin reaches the cluster through the portal', async ({
  world,
}) => {
  for (const request of REQUESTS) {
    const line = `${request[0]} ${request[1]}`;
    const answers: Record<string, number> = {};
    for (const person of ['dev', 'uma', 'vic', 'val'] as const)
      answers[person] = (await ask(world, person, request)).status;
    expect(answers, line).toEqual({ dev: 403, uma: 403, vic: 403, val: 403 });
    expect((await ask(world, undefined, request)).status, line).toBe(401);
  }
});

test('14: an admin reads through the portal, and changes nothing', async ({
  world,
}) => {
  const status = async (method: string, path: string, body?: object) =>
    (await ask(world, 'ada', [method, `proxy/api/v1/${path}`, body])).status;
  const clusters = await ask(world, 'ada', ['GET', 'clusters']);
  expect(JSON.parse(clusters.text).items).toEqual([
    expect.objectContaining({ name: 'local', authProvider: 'serviceAccount' }),
  ]);
  expect(clusters.text).not.toContain('eyJ');
  expect(await status('GET', 'namespaces/app-store/pods')).toBe(200);
  expect(await status('GET', 'namespaces/app-store/secrets')).toBe(403);
  expect(await status('DELETE', 'namespaces/app-store/pods/any')).toBe(403);
  expect(
    await status('POST', 'namespaces/app-store/pods', {
      metadata: { name: 'mine' },
      spec: { containers: [{ name: 'main', image: 'any' }] },
    }),
  ).toBe(403);
});
