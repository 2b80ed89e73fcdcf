/** REST: apps and tags. */
import type { Request } from 'express';
import type Router from 'express-promise-router';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { AppService } from '../service/AppService';
import type { InstanceService } from '../service/InstanceService';
import { StoreError } from '../service/StoreError';
import type { Actor } from '../policy/policy';

export const visibility = z.enum(['PRIVATE', 'ALL_USERS', 'PUBLIC']);
const listQuery = z.object({
  search: z
    .string()
    .max(200)
    .refine(text => !text.includes('\0'), 'holds a NUL character')
    .optional(),
  tag: z.string().max(63).optional(),
  mine: z.enum(['true', 'false']).optional(),
  name: z.string().max(63).optional(),
});
const runBody = z.object({ visibility: visibility.default('PRIVATE') });

/** Identifies the caller. */
export type ActorOf = (
  request: Request,
) => Promise<Actor & { displayName: string }>;

export function addAppRoutes(
  router: ReturnType<typeof Router>,
  options: {
    apps: AppService;
    instances: InstanceService;
    actorOf: ActorOf;
    bundleBytes: number;
  },
): void {
  const { apps, instances, actorOf } = options;

  router.get('/v1/apps', async (request, response) => {
    const query = listQuery.parse(request.query);
    response.json({
      items: await apps.list(await actorOf(request), {
        ...query,
        mine: query.mine === 'true',
      }),
    });
  });

  router.post('/v1/apps', async (request, response) => {
    const actor = await actorOf(request);
    const type = (request.headers['content-type'] ?? '').split(';')[0];
    if (
      ![
        'application/zip',
        'application/x-zip-compressed',
        'application/octet-stream',
      ].includes(type)
    )
      throw new StoreError({
        status: 415,
        code: 'NOT_A_BUNDLE',
        message: `A bundle is sent as application/zip, not as ${JSON.stringify(
          type,
        )}.`,
        owner: 'you',
        remedy: 'Send the .wave or .zip file itself as the body.',
      });
    if (Number(request.headers['content-length'] ?? 0) > options.bundleBytes)
      throw new StoreError({
        status: 413,
        code: 'TOO_LARGE',
        message: `The bundle is larger than ${options.bundleBytes} bytes.`,
        owner: 'you',
        remedy:
          'Leave out what the app does not need, or ask an admin to raise appStore.limits.bundleBytes.',
      });
    const query = z
      .object({ visibility: visibility.default('PRIVATE') })
      .parse(request.query);
    response.status(201).json(await apps.import(actor, request, query));
  });

  router.get('/v1/apps/:id', async (request, response) => {
    response.json(await apps.get(await actorOf(request), request.params.id));
  });

  router.delete('/v1/apps/:id', async (request, response) => {
    await apps.delete(await actorOf(request), request.params.id);
    response.status(204).end();
  });

  const sendPicture = async (
    request: Request,
    response: import('express').Response,
    which: 'icon' | number,
  ) => {
    const asset = await apps.asset(
      await actorOf(request),
      request.params.id,
      which,
    );
    response.set({
      'content-type': asset.type,
      'content-length': String(asset.size),
      'cache-control': 'private, max-age=86400, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    await pipeline(asset.stream, response).catch(() => response.destroy());
  };
  router.get('/v1/apps/:id/icon', (request, response) =>
    sendPicture(request, response, 'icon'),
  );
  router.get('/v1/apps/:id/screenshots/:n', (request, response) =>
    sendPicture(
      request,
      response,
      z.coerce.number().int().min(0).max(100).parse(request.params.n),
    ),
  );

  router.post('/v1/apps/:id/instances', async (request, response) => {
    response
      .status(201)
      .json(
        await instances.run(
          await actorOf(request),
          request.params.id,
          runBody.parse(request.body ?? {}),
        ),
      );
  });

  router.get('/v1/tags', async (request, response) => {
    response.json({ items: await apps.listTags(await actorOf(request)) });
  });
}
