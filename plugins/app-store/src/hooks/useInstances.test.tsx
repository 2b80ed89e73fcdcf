import {
  AppStoreError,
  type AppInstance,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { appStoreApiRef } from '../api';
import { useInstances } from './useInstances';

type Watch = Parameters<AppStoreApi['watchInstances']>[0];

const instance = (over: Partial<AppInstance> = {}) =>
  ({
    id: 'i',
    status: 'DEPLOYED',
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:10Z',
    ...over,
  } as AppInstance);

/** A store whose streams stay open until the test ends them. */
function store() {
  const streams: Array<Watch & { end(error?: Error): void }> = [];
  const api = {
    listAllInstances: async () => [],
    watchInstances: (watch: Watch) =>
      new Promise<void>((resolve, reject) => {
        streams.push({
          ...watch,
          end: error => (error ? reject(error) : resolve()),
        });
        watch.onOpen?.();
      }),
  };
  const wrapper = (props: { children?: ReactNode }) => (
    <TestApiProvider apis={[[appStoreApiRef, api as unknown as AppStoreApi]]}>
      {props.children}
    </TestApiProvider>
  );
  return { streams, wrapper };
}
const notThere = new AppStoreError({
  type: 'about:blank',
  title: 'Not found',
  status: 404,
  detail: 'There is no such instance.',
  code: 'NOT_FOUND',
  owner: 'you',
  remedy: 'None.',
});

describe('instances as they are now', () => {
  it('follows one that was gone and is restored', async () => {
    const { streams, wrapper } = store();
    const { result } = renderHook(() => useInstances('i'), { wrapper });
    act(() => streams[0].onChange(instance()));
    expect(result.current.instances).toHaveLength(1);
    await act(async () => {
      streams[0].onGone!('i');
      streams[0].end(notThere);
    });
    expect(result.current.gone).toBe(true);
    act(() => result.current.update(instance({ status: 'SUSPENDED' })));
    await waitFor(() => expect(result.current.gone).toBe(false));
    expect(result.current.instances).toHaveLength(1);
    await waitFor(() => expect(streams).toHaveLength(2));
    act(() => streams[1].onChange(instance({ status: 'PENDING' })));
    expect(result.current.instances![0].status).toBe('PENDING');
  });

  it('shows one again that the stream tells of anew', () => {
    const { streams, wrapper } = store();
    const { result } = renderHook(() => useInstances('i'), { wrapper });
    act(() => streams[0].onChange(instance()));
    act(() => streams[0].onGone!('i'));
    expect(result.current.gone).toBe(true);
    // Shared again, or restored with the command line.
    act(() => streams[0].onChange(instance({ status: 'SUSPENDED' })));
    expect(result.current.gone).toBe(false);
    expect(result.current.instances![0].status).toBe('SUSPENDED');
  });

  it('shows another one after one that is gone', async () => {
    const { streams, wrapper } = store();
    const { result, rerender } = renderHook(({ id }) => useInstances(id), {
      wrapper,
      initialProps: { id: 'i' },
    });
    act(() => streams[0].onGone!('i'));
    expect(result.current.gone).toBe(true);
    rerender({ id: 'k' });
    await waitFor(() => expect(result.current.gone).toBe(false));
    await waitFor(() => expect(streams[1]?.id).toBe('k'));
  });

  it('takes states of the stream in their order, and no answer that is older', () => {
    const { streams, wrapper } = store();
    const { result } = renderHook(() => useInstances('i'), { wrapper });
    const old = instance({
      status: 'PENDING',
      updatedAt: '2026-01-01T00:00:05Z',
    });
    act(() => streams[0].onChange(instance()));
    act(() => result.current.update(old));
    expect(result.current.instances![0].status).toBe('DEPLOYED');
    // Another replica's clock is behind.
    act(() => streams[0].onChange(old));
    expect(result.current.instances![0].status).toBe('PENDING');
  });
});
