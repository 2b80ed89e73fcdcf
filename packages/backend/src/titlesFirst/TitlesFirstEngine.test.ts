import { mockServices } from '@backstage/backend-test-utils';
import { LunrSearchEngine } from '@backstage/plugin-search-backend-node';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TitlesFirstEngine } from './TitlesFirstEngine';

/** Apps that say a lot about notes, others that do not, one that is called so, and one of which the name begins so. */
const documents = [
  ...Array.from({ length: 500 }, (_, n) => ({
    title: `Paper ${n}`,
    text: n < 100 ? 'notes' : 'something else',
    location: `/paper/${n}`,
  })),
  { title: 'Notes', text: 'For all that one writes.', location: '/notes' },
  { title: 'Notebooks and more', text: 'Runs cells.', location: '/notebooks' },
];

async function firstTitles(engine: LunrSearchEngine, term: string) {
  await pipeline(
    Readable.from(documents, { objectMode: true }),
    await engine.getIndexer('software-catalog'),
  );
  const { results } = await engine.query({
    term,
    filters: {},
    types: ['software-catalog'],
  });
  return results.slice(0, 2).map(({ document }) => document.title);
}

describe('29: the search engine of the portal', () => {
  const logger = mockServices.logger.mock();

  it('finds what is called so first, among many that mention it', async () => {
    expect(
      await firstTitles(new TitlesFirstEngine({ logger }), 'Notes'),
    ).toEqual(['Notes', expect.any(String)]);
    expect(
      await firstTitles(new TitlesFirstEngine({ logger }), 'notebook'),
    ).toContain('Notebooks and more');
    expect(
      await firstTitles(new TitlesFirstEngine({ logger }), 'note'),
    ).toEqual(expect.arrayContaining(['Notes', 'Notebooks and more']));
  });

  it('13: filters what is found, and finds nothing else', async () => {
    const engine = new TitlesFirstEngine({ logger });
    await pipeline(
      Readable.from(
        [
          { title: 'Notes', text: 'Writes.', location: '/a', kind: 'App' },
          { title: 'Runner', text: 'Runs.', location: '/b', kind: 'App' },
          { title: 'Notes', text: 'Of all.', location: '/c', kind: 'AppTag' },
        ],
        { objectMode: true },
      ),
      await engine.getIndexer('software-catalog'),
    );
    const places = async (term: string, kind: string) => {
      const { results } = await engine.query({ term, filters: { kind } });
      return results.map(({ document }) => document.location).sort();
    };
    expect(await places('notes', 'App')).toEqual(['/a']);
    expect(await places('notes', 'AppTag')).toEqual(['/c']);
    expect(await places('', 'App')).toEqual(['/a', '/b']);
  });

  it('forgives mistakes in long words, and takes no short word for another one', async () => {
    const engine = new TitlesFirstEngine({ logger });
    expect(await firstTitles(engine, 'notebuok')).toContain(
      'Notebooks and more',
    );
    // One letter from the stem of `Runs`.
    expect(await firstTitles(engine, 'rune')).toEqual([]);
  });
});
