/** REST: instances, their streams and logs. */
import type { Request, Response } from 'express';
import type Router from 'express-promise-router';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { InstanceFeed } from '../service/InstanceFeed';
import type { InstanceService } from '../service/InstanceService';
import { StoreError } from '../service/StoreError';
import { visibility, type ActorOf } from './apps';
import { settled, type EventStreams } from './EventStreams';

const flag = z
  .enum(['true', 'false'])
  .optional()
  .transform(value => value === 'true');
const listQuery = z.object({ appId: z.uuid().optional(), all: flag });
const logQuery = z.object({
  container: z.string().max(63).optional(),
  previous: flag,
  follow: flag,
  tail: z.coerce.number().int().min(0).max(100_000).optional(),
});

export function addInstanceRoutes(
  router: ReturnType<typeof Router>,
  options: {
    instances: InstanceService;
    actorOf: ActorOf;
    feed: InstanceFeed;
    streams: EventStreams;
  },
): void {
  const { instances, actorOf, feed, streams } = options;

  router.get('/v1/instances', async (request, response) => {
    response.json({
      items: await instances.list(
        await actorOf(request),
        listQuery.parse(request.query),
      ),
    });
  });

  /** Sends the state of instances now and whenever it changes; `gone` for those that are no more. */
  const stream = async (
    request: Request,
    response: Response,
    only: string | undefined,
  ) => {
    const actor = await actorOf(request);
    if (only) await instances.get(actor, only);
    const events = streams.open(request, response);
    const known = new Set<string>();
    // Reads may overtake each other; of one instance the last one asked for counts.
    const turns = new Map<string, number>();
    const look = async (id: string) => {
      const turn = (turns.get(id) ?? 0) + 1;
      turns.set(id, turn);
      try {
        const instance = await instances.get(actor, id);
        const concerns = only || instance.owner === actor.userEntityRef;
        if (turns.get(id) !== turn || !concerns) return;
        known.add(id);
        events.send('instance', instance);
      } catch (error) {
        const gone = error instanceof StoreError && error.status === 404;
        if (gone && turns.get(id) === turn && known.delete(id))
          events.send('gone', { id });
      }
    };
    const update = settled(ids => ids.forEach(id => look(id)));
    events.onEnd(feed.subscribe(id => (!only || id === only) && update(id)));
    const first = only
      ? [only]
      : (await instances.list(actor, { all: false })).map(i => i.id);
    await Promise.all(first.map(look));
  };
  router.get('/v1/instances/stream', (request, response) =>
    stream(request, response, undefined),
  );
  router.get('/v1/instances/:id/stream', (request, response) =>
    stream(request, response, request.params.id),
  );

  router.get('/v1/instances/:id', async (request, response) => {
    response.json(
      await instances.get(await actorOf(request), request.params.id),
    );
  });

  router.patch('/v1/instances/:id', async (request, response) => {
    response.json(
      await instances.update(
        await actorOf(request),
        request.params.id,
        z.object({ visibility }).parse(request.body),
      ),
    );
  });

  router.post('/v1/instances/:id/suspend', async (request, response) => {
    response.json(
      await instances.suspend(await actorOf(request), request.params.id),
    );
  });

  router.post('/v1/instances/:id/resume', async (request, response) => {
    response.json(
      await instances.resume(await actorOf(request), request.params.id),
    );
  });

  router.delete('/v1/instances/:id', async (request, response) => {
    await instances.terminate(await actorOf(request), request.params.id);
    response.status(202).end();
  });

  router.get('/v1/instances/:id/events', async (request, response) => {
    response.json({
      items: await instances.events(await actorOf(request), request.params.id),
    });
  });

  router.get('/v1/instances/:id/logs', async (request, response) => {
    const abort = new AbortController();
    response.on('close', () => abort.abort());
    const query = logQuery.parse(request.query);
    const log = await instances.logs(
      await actorOf(request),
      request.params.id,
      { ...query, signal: abort.signal },
    );
    response.set({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
    log.on('data', () =>
      (response as Response & { flush?: () => void }).flush?.(),
    );
    streams.track(response);
    await pipeline(log, response).catch(() => {});
  });
}
