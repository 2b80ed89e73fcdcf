import { act, renderHook, waitFor } from '@testing-library/react';
import { usePages } from './usePages';

interface Item {
  id: string;
  word: string;
}

/** Pages that answer when they are told to. */
function pages() {
  const asked: Array<{
    cursor?: string;
    answer(items: Item[], nextCursor?: string): void;
  }> = [];
  const load = (cursor?: string) =>
    new Promise<{ items: Item[]; nextCursor?: string }>(resolve => {
      asked.push({
        cursor,
        answer: (items, nextCursor) => resolve({ items, nextCursor }),
      });
    });
  return { asked, load };
}
const one = { id: '1', word: 'one' };
const two = { id: '2', word: 'two' };
const three = { id: '3', word: 'three' };

describe('a list in pages', () => {
  it('adds what comes next, each item once', async () => {
    const { asked, load } = pages();
    const { result } = renderHook(() => usePages(load, []));
    await act(async () => asked[0].answer([one, two], 'next'));
    expect(result.current.items).toEqual([one, two]);
    act(() => result.current.more!());
    expect(asked[1].cursor).toBe('next');
    await act(async () => asked[1].answer([two, three]));
    expect(result.current.items).toEqual([one, two, three]);
    expect(result.current.more).toBeUndefined();
  });

  it('keeps what an action answered while pages were on their way', async () => {
    const { asked, load } = pages();
    const { result } = renderHook(() => usePages(load, []));
    await act(async () => asked[0].answer([one, two], 'next'));
    act(() => result.current.more!());
    act(() => {
      result.current.put({ ...one, word: 'changed' });
      result.current.remove('2');
    });
    expect(result.current.items).toEqual([{ ...one, word: 'changed' }]);
    await act(async () => asked[1].answer([three]));
    expect(result.current.items).toEqual([{ ...one, word: 'changed' }, three]);
  });

  it('is refreshed at its length, without a word', async () => {
    const { asked, load } = pages();
    const { result } = renderHook(() => usePages(load, []));
    await act(async () => asked[0].answer([one], 'next'));
    act(() => result.current.more!());
    await act(async () => asked[1].answer([two], 'more'));
    act(() => result.current.refresh());
    expect(result.current.loading).toBe(false);
    expect(result.current.more).toBeDefined();
    await act(async () => asked[2].answer([three], 'next'));
    await act(async () => asked[3].answer([one], 'more'));
    expect(asked.slice(2).map(({ cursor }) => cursor)).toEqual([
      undefined,
      'next',
    ]);
    expect(result.current.items).toEqual([three, one]);
  });

  it('believes what is loaded after the action', async () => {
    const { asked, load } = pages();
    const { result } = renderHook(() => usePages(load, []));
    await act(async () => asked[0].answer([one]));
    act(() => result.current.remove('1'));
    act(() => result.current.reload());
    await act(async () => asked[1].answer([one]));
    expect(result.current.items).toEqual([one]);
  });

  it('shows what was asked last, whatever comes first', async () => {
    const { asked, load } = pages();
    const { result, rerender } = renderHook(
      ({ search }) => usePages(load, [search]),
      { initialProps: { search: 'a' } },
    );
    rerender({ search: 'b' });
    await act(async () => asked[1].answer([two]));
    await act(async () => asked[0].answer([one]));
    await waitFor(() => expect(result.current.items).toEqual([two]));
  });
});
