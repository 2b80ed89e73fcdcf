import { TestApiProvider } from '@backstage/frontend-test-utils';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { enterApiRef } from '../api';
import { appLinkOf, isAppAddress, usePass } from './useOpenApp';

const APPS = {
  appsUrl: 'http://apps.localhost:7008',
  aliasHosts: ['*.example.org'],
};
const ADDRESS = 'http://hello.apps.localhost:7008/';

describe('isAppAddress', () => {
  it.each([
    [ADDRESS, true],
    ['http://hello.apps.localhost:7008/instance/x/?a=b', true],
    ['http://dash.example.org:7008/', true],
    ['http://example.org:7008/', false],
    ['http://apps.localhost:7008/', false],
    ['http://hello.apps.localhost:7009/', false],
    ['https://hello.apps.localhost:7008/', false],
    ['http://helloapps.localhost:7008/', false],
    ['http://hello.apps.localhost:7008.evil.example/', false],
    ['/app-store', false],
    ['mailto:a@b.example', false],
  ])('%s: %s', (address, expected) => {
    expect(isAppAddress(address, APPS)).toBe(expected);
  });
});

describe('appLinkOf', () => {
  const clickOn = (html: string, init: MouseEventInit = {}) => {
    document.body.innerHTML = html;
    let found: HTMLAnchorElement | undefined;
    const look = (event: MouseEvent) => {
      found = appLinkOf(event, APPS);
      event.preventDefault();
    };
    document.addEventListener('click', look, true);
    document.body
      .querySelector('[data-click]')!
      .dispatchEvent(
        new MouseEvent('click', { bubbles: true, cancelable: true, ...init }),
      );
    document.removeEventListener('click', look, true);
    return found?.href;
  };
  const link = `<a href="${ADDRESS}"><b data-click>Open</b></a>`;

  it('is a plain click on a link to an app', () => {
    expect(clickOn(link)).toBe(ADDRESS);
    expect(
      clickOn('<a href="/app-store" data-click>Store</a>'),
    ).toBeUndefined();
    expect(clickOn('<b data-click>Nothing</b>')).toBeUndefined();
  });

  it('leaves to the browser what opens a tab or a file', () => {
    for (const init of [
      { ctrlKey: true },
      { metaKey: true },
      { shiftKey: true },
      { altKey: true },
      { button: 1 },
    ])
      expect(clickOn(link, init)).toBeUndefined();
    expect(
      clickOn(`<a href="${ADDRESS}" download="x" data-click>Get</a>`),
    ).toBeUndefined();
  });
});

describe('usePass', () => {
  const passOf = (pass: (address: string) => Promise<{ url: string }>) =>
    renderHook(() => usePass(), {
      wrapper: ({ children }: { children: ReactNode }) => (
        <TestApiProvider apis={[[enterApiRef, { exchange: jest.fn(), pass }]]}>
          {children}
        </TestApiProvider>
      ),
    }).result.current;

  it('is the way that the gateway gives', async () => {
    expect(
      await passOf(async address => ({ url: `${address}begin` }))(ADDRESS),
    ).toBe(`${ADDRESS}begin`);
  });

  it('is the address itself where the gateway gives none, or not in time', async () => {
    expect(await passOf(() => Promise.reject(new Error('away')))(ADDRESS)).toBe(
      ADDRESS,
    );
    jest.useFakeTimers();
    try {
      let way: string | undefined;
      passOf(() => new Promise(() => {}))(ADDRESS).then(url => {
        way = url;
      });
      await act(() => jest.advanceTimersByTimeAsync(2000));
      jest.useRealTimers();
      await waitFor(() => expect(way).toBe(ADDRESS));
    } finally {
      jest.useRealTimers();
    }
  });
});
