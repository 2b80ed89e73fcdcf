import { mockServices } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { eventually } from '../__testUtils__/eventually';
import { FirstBytes } from './FirstBytes';

type Listener = (id: string, route: GatewayRoute | undefined) => void;

it('15: tells the store of each launch once, those of a moment together', async () => {
  const told: unknown[] = [];
  let gone: Listener = () => {};
  const first = new FirstBytes({
    store: {
      fetch: async (path, init) => {
        told.push([path, JSON.parse(String(init?.body)).items]);
        // What is lost stays lost.
        throw new Error('the store is away');
      },
    },
    routes: {
      onChange: listener => {
        gone = listener as Listener;
        return () => {};
      },
    },
    logger: mockServices.logger.mock(),
  });
  first.note('a', 'pod-1');
  first.note('b', 'pod-2');
  first.note('a', 'pod-1');
  await eventually(() => expect(told).toHaveLength(1));
  const item = (instanceId: string) => ({
    instanceId,
    agoMs: expect.any(Number),
  });
  expect(told[0]).toEqual(['/first-bytes', [item('a'), item('b')]]);
  // Another pod is another launch; so is the same instance after it was gone.
  first.note('a', 'pod-1');
  first.note('b', 'pod-3');
  gone('a', undefined);
  first.note('a', 'pod-1');
  await eventually(() => expect(told).toHaveLength(2));
  expect(told[1]).toEqual(['/first-bytes', [item('b'), item('a')]]);
  first.stop();
});
