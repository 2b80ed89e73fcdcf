/** The stream of the route table, as a gateway reads it: what it resumes from is what it has had. */
import type { Request, Response } from 'express';
import type { EventStream, EventStreams } from '../http/EventStreams';
import type { RouteChange, RouteFeed } from './RouteFeed';
import { gatewayHandlers } from './routes';

type Options = Parameters<typeof gatewayHandlers>[0];

async function streamed(options: {
  last?: string;
  missed: RouteChange[];
  /** Told while the first part is read. */
  meanwhile: RouteChange[];
}) {
  const frames: Array<[event: string, id?: string]> = [];
  const ends: Array<() => void> = [];
  const stream: EventStream = {
    send: (event, _, id) => frames.push([event, id]),
    drained: async () => {},
    end: () => frames.push(['end']),
    onEnd: listener => ends.push(listener),
  };
  let tell: (change: RouteChange) => void = () => {};
  const feed = {
    position: 110,
    hash: undefined,
    subscribe: (listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
    tellMeanwhile: () =>
      options.meanwhile.forEach(change => {
        feed.position += 1;
        tell(change);
      }),
    async since() {
      const { position } = feed;
      feed.tellMeanwhile();
      return { position, changes: options.missed };
    },
    async snapshot() {
      const { position } = feed;
      feed.tellMeanwhile();
      return { position, routes: [], aliases: [] };
    },
  };
  const handlers = gatewayHandlers({
    routes: feed as unknown as RouteFeed,
    streams: { open: () => stream } as unknown as EventStreams,
  } as Options);
  await handlers.watchRoutes(
    { headers: { 'last-event-id': options.last } } as unknown as Request &
      Parameters<typeof handlers.watchRoutes>[0],
    {} as Response,
  );
  feed.position += 1;
  tell({ kind: 'access' });
  ends.forEach(end => end());
  return frames;
}

const gone = (key: string): RouteChange => ({ kind: 'route', key });

describe('the stream of routes', () => {
  it('gives the position that a gateway has come to with the last of what it missed, and not before', async () => {
    expect(
      await streamed({
        last: '7',
        missed: [gone('a'), gone('b'), { kind: 'alias', key: 'c' }],
        meanwhile: [gone('d'), gone('e')],
      }),
    ).toEqual([
      ['gone', undefined],
      ['gone', undefined],
      ['alias-gone', '110'],
      ['gone', '111'],
      ['gone', '112'],
      ['access', '113'],
    ]);
  });

  it('begins with the whole table where nothing was had before', async () => {
    expect(
      await streamed({
        missed: [],
        meanwhile: [gone('d'), { kind: 'missed' }],
      }),
    ).toEqual([
      ['snapshot', '110'],
      ['gone', '111'],
      ['end'],
      ['access', '113'],
    ]);
  });
});
