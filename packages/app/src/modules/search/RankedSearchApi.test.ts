import type { SearchQuery } from '@backstage/plugin-search-common';
import { RankedSearchApi } from './RankedSearchApi';

interface Found {
  title: string;
  appName?: string;
  appVersion?: string;
}

/** An engine that finds these, whatever is asked, in pages as large as asked for. */
function engine(found: Found[]) {
  const asked: SearchQuery[] = [];
  const api = new RankedSearchApi({
    async query(query) {
      asked.push(query);
      const from = Number(query.pageCursor ?? 0);
      const to = from + query.pageLimit!;
      return {
        results: found.slice(from, to).map(document => ({
          type: 'software-catalog',
          document: { text: '', location: document.title, ...document },
        })),
        ...(to < found.length ? { nextPageCursor: String(to) } : {}),
      };
    },
  });
  const titles = async (term: string, rest: Partial<SearchQuery> = {}) =>
    (await api.query({ term, ...rest })).results.map(
      ({ document }) => document.title,
    );
  return { api, asked, titles };
}

const named = (...titles: string[]) => titles.map(title => ({ title }));

describe('29: portal search', () => {
  it('has exact titles first, then those that begin so, then words that do, then the rest in its order', async () => {
    const { titles } = engine(
      named('Anecdotes', 'My Notes', 'Keynotes', 'Notes and more', 'Notes'),
    );
    expect(await titles(' notes')).toEqual([
      'Notes',
      'Notes and more',
      'My Notes',
      'Anecdotes',
      'Keynotes',
    ]);
    expect(await engine(named('Red', 'Node-RED')).titles('node')).toEqual([
      'Node-RED',
      'Red',
    ]);
    expect(await engine(named('Cafe bar', 'Café')).titles('cafe')).toEqual([
      'Café',
      'Cafe bar',
    ]);
  });

  it('has one result for an app, its newest version, where the best one was', async () => {
    const version = (appVersion: string, title: string) => ({
      title,
      appName: 'light',
      appVersion,
    });
    const { titles } = engine([
      version('1.9.0', 'Light 1.9.0'),
      ...named('Lighter'),
      version('1.10.0', 'Lighthouse'),
      version('1.2.0', 'Light 1.2.0'),
      { title: 'Light', appName: 'other', appVersion: '1.0.0' },
    ]);
    expect(await titles('light')).toEqual(['Light', 'Lighthouse', 'Lighter']);
  });

  it('asks nothing before anything is typed', async () => {
    const { api, asked } = engine(named('Notes'));
    expect(await api.query({ term: ' ' })).toEqual({
      results: [],
      numberOfResults: 0,
    });
    expect(asked).toEqual([]);
  });

  it('has pages that neither repeat nor miss anything', async () => {
    const all = Array.from({ length: 260 }, (_, n) => ({
      title: `App ${n}`,
      appName: `app-${n % 130}`,
      appVersion: `${n < 130 ? 1 : 2}.0.0`,
    }));
    const { api } = engine(all);
    const seen: string[] = [];
    let pageCursor: string | undefined;
    do {
      const page = await api.query({ term: 'app', pageCursor });
      expect(page.results.length).toBeLessThanOrEqual(25);
      seen.push(
        ...page.results.map(
          ({ document }) => (document as unknown as Found).appName!,
        ),
      );
      pageCursor = page.nextPageCursor;
    } while (pageCursor);
    expect(seen).toHaveLength(130);
    expect(new Set(seen).size).toBe(130);
    const second = await api.query({ term: 'app', pageCursor: '25' });
    expect(second.previousPageCursor).toBe('0');
    expect(second.results[0].rank).toBe(26);
  });
});
