import { act, renderHook, waitFor } from '@testing-library/react';
import type { Kept } from './kept';
import { usePages, type KeptPages } from './usePages';

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

  it('27: is there at once for whoever comes back, and is loaded as long as it was', async () => {
    const places = new Map<string, KeptPages<Item>>();
    const lengths = new Map<string, number>();
    const at = (place: string): Kept<KeptPages<Item>> => ({
      place,
      get: () => places.get(place),
      length: () => lengths.get(place) ?? 0,
      set: (value, length) => {
        places.set(place, value);
        lengths.set(place, length!);
      },
    });
    const first = pages();
    const before = renderHook(() => usePages(first.load, ['q'], at('a')));
    await act(async () => first.asked[0].answer([one], 'next'));
    act(() => before.result.current.more!());
    await act(async () => first.asked[1].answer([two], 'last'));
    before.unmount();

    const back = pages();
    const { result } = renderHook(() => usePages(back.load, ['q'], at('a')));
    expect(result.current.items).toEqual([one, two]);
    expect(result.current.more).toBeDefined();
    await act(async () => back.asked[0].answer([three], 'next'));
    await act(async () => back.asked[1].answer([one], 'last'));
    expect(result.current.items).toEqual([three, one]);

    // After the portal was loaded again the length is all that is left.
    places.clear();
    const again = pages();
    const later = renderHook(() => usePages(again.load, ['q'], at('a')));
    expect(later.result.current.items).toBeUndefined();
    await act(async () => again.asked[0].answer([one], 'next'));
    expect(again.asked[1].cursor).toBe('next');

    // Another visit, and another question, begin anew.
    const other = pages();
    const visit = renderHook(() => usePages(other.load, ['q'], at('b')));
    expect(visit.result.current.items).toBeUndefined();
    const asked = renderHook(() => usePages(pages().load, ['r'], at('a')));
    expect(asked.result.current.items).toBeUndefined();
  });
});
