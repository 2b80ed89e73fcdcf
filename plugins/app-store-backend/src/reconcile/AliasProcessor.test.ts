import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from '../kubernetes/client/KubeError';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { AliasProcessor, type RoutedAlias } from './AliasProcessor';

const ID = '00000000-0000-4000-8000-00000000000a';

/** Aliases and a cluster in memory. */
function world() {
  const rows = new Map<string, RoutedAlias>();
  const seen = new Map<string, KubeObject>();
  const calls: string[] = [];
  const state = { held: false, failures: [] as Error[] };
  const listeners: Array<(name: string) => void> = [];
  const logger = mockServices.logger.mock();
  const processor = new AliasProcessor({
    aliases: {
      find: async key =>
        [...rows.values()].find(
          row => row.id === key || row.name === key,
        ) as never,
      all: async function* all() {
        yield* rows.values();
      },
      isServed: name => !name.startsWith('unlisted.'),
    },
    cluster: {
      kind: 'Ingress',
      seen,
      start: () => {},
      stop: () => {},
      whenListed: async () => {},
      apply: async (id, wanted, stillMine) => {
        calls.push(`apply ${id.slice(-1)}`);
        const failure = state.failures.shift();
        if (failure) throw failure;
        if (!(await stillMine())) throw new Error('not mine');
        seen.set(id, wanted);
      },
      remove: async id => {
        calls.push(`remove ${id.slice(-1)}`);
        seen.delete(id);
      },
    },
    routeOf: ({ id, name, instanceId = 'none' }) => ({
      kind: 'Ingress',
      metadata: {
        name: `a-${id}`,
        labels: { instance: instanceId },
        annotations: { 'ai-app-store.io/alias-name': name },
      },
    }),
    feed: {
      subscribe: listener => {
        listeners.push(listener);
        return () => {};
      },
    },
    guard: { isHeld: async () => state.held },
    logger,
    random: () => 0,
  });
  const put = (more: Partial<RoutedAlias> = {}) => {
    const row = { id: ID, name: 'lunch', revision: 1, ...more };
    rows.set(row.id, row);
    return row;
  };
  const tell = async (name: string) => {
    listeners.forEach(listener => listener(name));
    await sleep(20);
  };
  return { rows, seen, calls, state, processor, put, tell, logger };
}

jest.setTimeout(60_000);

describe('15: AliasProcessor', () => {
  it('writes what is missing or differs, and nothing else', async () => {
    const { put, processor, calls, seen } = world();
    put();
    await processor.look();
    await processor.look();
    expect(calls).toEqual(['apply a']);
    put({ instanceId: 'x', revision: 2 });
    await processor.look();
    expect(calls).toEqual(['apply a', 'apply a']);
    // A default of the cluster is no difference.
    Object.assign(seen.get(ID)!, { spec: { more: true } });
    await processor.look();
    expect(calls).toHaveLength(2);
    await processor.stop();
  });

  it('follows what is told of a name: also one that was deleted and taken again', async () => {
    const { put, rows, processor, calls, tell } = world();
    processor.start();
    await sleep(20);
    put();
    await tell('lunch');
    rows.clear();
    put({ id: ID.replace(/a$/, 'b') });
    await tell('lunch');
    expect(calls.sort()).toEqual(['apply a', 'apply b', 'remove a']);
    await processor.stop();
  });

  it('removes nothing without a row while a restored backup is not decided about', async () => {
    const { put, rows, processor, calls, state, seen } = world();
    put();
    await processor.look();
    rows.clear();
    state.held = true;
    await processor.look();
    expect(seen.size).toBe(1);
    expect(await processor.faults()).toMatchObject([{ what: 'unwanted' }]);
    state.held = false;
    await processor.look();
    expect(calls).toEqual(['apply a', 'remove a']);
    await processor.stop();
  });

  it('removes the object of a host name that is no longer listed, whose row stays', async () => {
    const { put, processor, calls, state } = world();
    put();
    await processor.look();
    put({ name: 'unlisted.example.org' });
    state.held = true;
    await processor.look();
    expect(calls).toEqual(['apply a', 'remove a']);
    expect(await processor.faults()).toEqual([]);
    await processor.stop();
  });

  it('tries again what was refused, tells it once, and says why', async () => {
    const { put, processor, calls, state, logger } = world();
    const refused = () => new KubeError(403, 'Forbidden', 'not allowed');
    state.failures.push(refused(), refused());
    put();
    await processor.look();
    expect(await processor.faults()).toEqual([
      { aliasId: ID, name: 'lunch', what: 'missing', error: 'not allowed' },
    ]);
    await sleep(700);
    expect(calls).toHaveLength(2);
    await sleep(1200);
    expect(calls).toHaveLength(3);
    expect(await processor.faults()).toEqual([]);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    await processor.stop();
  });

  it('looks again at once where somebody else wrote meanwhile, without a word', async () => {
    const { put, processor, calls, state, logger } = world();
    state.failures.push(new KubeError(409, 'Conflict', 'changed'));
    put();
    await processor.look();
    await sleep(200);
    expect(calls).toHaveLength(2);
    expect(await processor.faults()).toEqual([]);
    expect(logger.warn).not.toHaveBeenCalled();
    await processor.stop();
  });

  it('does not fight without end with who changes it back, and follows its alias all the same', async () => {
    const { put, processor, calls, seen } = world();
    put();
    const spoil = () => seen.set(ID, { kind: 'Ingress', metadata: {} });
    for (let i = 0; i < 30; i++) {
      processor.wake(ID);
      await sleep(5);
      spoil();
    }
    expect(calls.length).toBeGreaterThanOrEqual(10);
    expect(calls.length).toBeLessThanOrEqual(11);
    const before = calls.length;
    // What its owner wants does not wait for that.
    put({ instanceId: 'x', revision: 2 });
    processor.wake(ID);
    await sleep(20);
    expect(calls).toHaveLength(before + 1);
    spoil();
    // Later it is put right again.
    await sleep(1500);
    processor.wake(ID);
    await sleep(1500);
    expect(calls.length).toBeGreaterThan(before + 1);
    await processor.stop();
  });
});
