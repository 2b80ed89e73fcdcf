import { act, renderHook } from '@testing-library/react';
import { useDismissed } from './useDismissed';

describe('useDismissed', () => {
  beforeEach(() => localStorage.clear());

  it('keeps what was dismissed for the next visit', () => {
    const first = renderHook(() => useDismissed('here'));
    act(() => first.result.current[1]('one'));
    act(() => first.result.current[1]('two'));
    expect([...first.result.current[0]]).toEqual(['one', 'two']);
    const next = renderHook(() => useDismissed('here'));
    expect([...next.result.current[0]]).toEqual(['one', 'two']);
    const elsewhere = renderHook(() => useDismissed('there'));
    expect(elsewhere.result.current[0].size).toBe(0);
  });

  it('keeps what another tab dismissed meanwhile', () => {
    const tab = renderHook(() => useDismissed('here'));
    const other = renderHook(() => useDismissed('here'));
    act(() => other.result.current[1]('theirs'));
    act(() => tab.result.current[1]('ours'));
    const next = renderHook(() => useDismissed('here'));
    expect([...next.result.current[0]].sort()).toEqual(['ours', 'theirs']);
  });

  it.each(['no JSON', '{}', '3'])('takes %s for nothing', text => {
    localStorage.setItem('here', text);
    const { result } = renderHook(() => useDismissed('here'));
    expect(result.current[0].size).toBe(0);
    act(() => result.current[1]('one'));
    expect([...result.current[0]]).toEqual(['one']);
  });
});
