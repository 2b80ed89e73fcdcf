import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { renderHook } from '@testing-library/react';
import { useOnce } from './useOnce';

const refused = (status: number, code = 'REFUSED') =>
  new AppStoreError({
    type: 'about:blank',
    title: 'Refused',
    status,
    detail: 'Refused.',
    code,
    owner: 'you',
    remedy: 'None.',
  });

describe('sending once', () => {
  it('repeats what nobody answered under the same key, until it is answered', async () => {
    const { result } = renderHook(() => useOnce());
    const keys: string[] = [];
    const send = (asked: unknown, failure?: Error) =>
      result.current(asked, async key => {
        keys.push(key);
        if (failure) throw failure;
      });
    await expect(send('run', new TypeError('fetch failed'))).rejects.toThrow();
    await expect(send('run', refused(503))).rejects.toThrow();
    await expect(send('run', refused(429))).rejects.toThrow();
    // The first one is still being carried out.
    await expect(
      send('run', refused(409, 'IDEMPOTENCY_IN_PROGRESS')),
    ).rejects.toThrow();
    await send('run');
    await send('run');
    expect(new Set(keys.slice(0, 5)).size).toBe(1);
    expect(keys[5]).not.toBe(keys[4]);
    expect(keys[5]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes another key for something else, and after a refusal', async () => {
    const { result } = renderHook(() => useOnce());
    const keys: string[] = [];
    const send = (asked: unknown, failure: Error) =>
      result
        .current(asked, async key => {
          keys.push(key);
          throw failure;
        })
        .catch(() => {});
    await send({ app: 1 }, refused(503));
    await send({ app: 2 }, refused(503));
    await send({ app: 2 }, refused(409));
    await send({ app: 2 }, refused(409));
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys[1]).toBe(keys[2]);
    expect(keys[2]).not.toBe(keys[3]);
  });
});
