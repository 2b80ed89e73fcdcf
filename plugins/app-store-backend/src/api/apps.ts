/** REST: apps and tags. */
import type { Request, Response } from 'express';
import type Router from 'express-promise-router';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { APP_META_PARTS } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppContents } from '../service/AppContents';
import type { AppImport } from '../service/AppImport';
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
  runnable: z
    .enum(['true', 'false'])
    .optional()
    .transform(value => value && value === 'true'),
});
const changeBody = z
  .object({
    visibility: visibility.optional(),
    tags: z.array(z.string().max(63)).max(100).optional(),
  })
  .strict();
const metaQuery = z.object({
  part: z.enum(APP_META_PARTS).default('REQUIREMENTS'),
});
const BUNDLE_TYPES = [
  'application/zip',
  'application/x-zip-compressed',
  'application/octet-stream',
];
/** How long a refused client has to read why before its connection is cut, in milliseconds. */
const LAST_WORDS_MS = 2000;
const runBody = z.object({ visibility: visibility.default('PRIVATE') });

/** Identifies the caller. */
export type ActorOf = (
  request: Request,
) => Promise<Actor & { displayName: string }>;

/** @throws StoreError 413 or 415 for what its headers say already */
function assertBundleHeaders(request: Request, bundleBytes: number): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0];
  if (!BUNDLE_TYPES.includes(type))
    throw new StoreError({
      status: 415,
      code: 'NOT_A_BUNDLE',
      message: `A bundle is sent as application/zip, not as ${JSON.stringify(
        type,
      )}.`,
      owner: 'you',
      remedy: 'Send the .wave or .zip file itself as the body.',
    });
  if (Number(request.headers['content-length'] ?? 0) > bundleBytes)
    throw new StoreError({
      status: 413,
      code: 'TOO_LARGE',
      message: `The bundle is larger than ${bundleBytes} bytes.`,
      owner: 'you',
      remedy:
        'Leave out what the app does not need, or ask an admin to raise appStore.limits.bundleBytes.',
    });
}

/** Ends the connection once the answer is out, whether or not the client still sends. */
function closeAfter(request: Request, response: Response): void {
  // A request that is over has let go of its socket.
  const { socket }: { socket: Socket | null } = request;
  response.set('connection', 'close');
  response.once('finish', () => {
    setTimeout(() => socket?.destroy(), LAST_WORDS_MS).unref();
  });
}

export function addAppRoutes(
  router: ReturnType<typeof Router>,
  options: {
    apps: AppService;
    imports: AppImport;
    contents: AppContents;
    instances: InstanceService;
    actorOf: ActorOf;
    bundleBytes: number;
  },
): void {
  const { apps, imports, contents, instances, actorOf } = options;

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
    const query = z
      .object({ visibility: visibility.default('PRIVATE') })
      .parse(request.query);
    const abort = new AbortController();
    response.on('close', () => response.writableFinished || abort.abort());
    try {
      assertBundleHeaders(request, options.bundleBytes);
      await imports.assertMayImport(actor);
      response.status(201).json(
        await imports.import(actor, request, {
          ...query,
          signal: abort.signal,
        }),
      );
    } catch (error) {
      // What is left of a refused body is not waited for.
      if (!request.readableEnded) closeAfter(request, response);
      throw error;
    }
  });

  router.get('/v1/apps/:id', async (request, response) => {
    response.json(await apps.get(await actorOf(request), request.params.id));
  });

  router.patch('/v1/apps/:id', async (request, response) => {
    response.json(
      await apps.update(
        await actorOf(request),
        request.params.id,
        changeBody.parse(request.body),
      ),
    );
  });

  router.get('/v1/apps/:id/bundle', async (request, response) => {
    const { stream, size, name, digest } = await contents.download(
      await actorOf(request),
      request.params.id,
    );
    response.attachment(name).set({
      'content-type': 'application/zip',
      'content-length': String(size),
      'cache-control': 'private, no-transform',
      'repr-digest': `sha-256=:${Buffer.from(digest, 'hex').toString(
        'base64',
      )}:`,
      'x-content-type-options': 'nosniff',
    });
    await pipeline(stream, response).catch(() => response.destroy());
  });

  router.get('/v1/apps/:id/meta', async (request, response) => {
    const { part } = metaQuery.parse(request.query);
    response
      .set({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
      })
      .send(
        await contents.meta(await actorOf(request), request.params.id, part),
      );
  });

  router.delete('/v1/apps/:id', async (request, response) => {
    await apps.delete(await actorOf(request), request.params.id);
    response.status(204).end();
  });

  const sendPicture = async (
    request: Request,
    response: Response,
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
