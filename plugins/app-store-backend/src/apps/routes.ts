/** REST: apps. */
import type { Request, Response } from 'express';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { CallerOf } from '../auth/Callers';
import type { AppChanges } from './AppChanges';
import type { AppContents } from './AppContents';
import type { AppStarts } from './AppStarts';
import type { AppDeletion } from './AppDeletion';
import type { AppImport } from './import/AppImport';
import type { AppService } from './AppService';
import type { InstanceRuns } from '../instances/InstanceRuns';
import { StoreError } from '../errors/StoreError';
import type { HandlersOf, OperationRequest } from '../http/operations';
import { revisionOf, sendRevision, setEtag } from '../http/revisions';

/** How long a refused client has to read why before its connection is cut, in milliseconds. */
const LAST_WORDS_MS = 2000;

/** @throws StoreError 413 for what its headers say already */
function assertBundleSize(
  request: Pick<Request, 'headers'>,
  bundleBytes: number,
): void {
  if (Number(request.headers['content-length'] ?? 0) > bundleBytes)
    throw new StoreError({
      status: 413,
      code: 'TOO_LARGE',
      message: `The bundle is larger than ${bundleBytes} bytes.`,
      owner: 'you',
      remedy:
        'Leave out files that the app does not need, or ask an admin to raise appStore.limits.bundleBytes.',
    });
}

/** Ends the connection once the answer is out, whether or not the client still sends. */
function closeAfter(
  request: Pick<Request, 'socket'>,
  response: Response,
): void {
  // A request that is over has let go of its socket.
  const { socket }: { socket: Socket | null } = request;
  response.set('connection', 'close');
  response.once('finish', () => {
    setTimeout(() => socket?.destroy(), LAST_WORDS_MS).unref();
  });
}

/** What the handlers stand on. */
export interface AppHandlerOptions {
  apps: AppService;
  changes: AppChanges;
  deletion: AppDeletion;
  imports: AppImport;
  contents: AppContents;
  starts: AppStarts;
  runs: InstanceRuns;
  callerOf: CallerOf;
  bundleBytes: number;
}

export function appHandlers(
  options: AppHandlerOptions,
): HandlersOf<
  | 'listApps'
  | 'importApp'
  | 'getApp'
  | 'updateApp'
  | 'deleteApp'
  | 'downloadApp'
  | 'getAppMeta'
  | 'getAppIcon'
  | 'getAppScreenshot'
  | 'setAppPreferences'
  | 'refreshPreconditions'
  | 'getAppStarts'
  | 'getManagedInstance'
  | 'runApp'
  | 'assignTag'
  | 'removeTag'
> {
  const { apps, changes, deletion, imports, contents, starts, runs, callerOf } =
    options;

  const sendPicture = async (
    request: OperationRequest<'getAppIcon'>,
    response: Response,
    which: 'icon' | number,
  ) => {
    const asset = await apps.asset(
      await callerOf(request, { anonymous: true }),
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

  return {
    async listApps(request, response) {
      const caller = await callerOf(request, { anonymous: true });
      response.json(await apps.list(caller, request.query));
    },

    async importApp(request, response) {
      const caller = await callerOf(request);
      const abort = new AbortController();
      response.on('close', () => response.writableFinished || abort.abort());
      const order = {
        visibility: request.query.visibility ?? 'PRIVATE',
        origin: request.query.origin,
        image: request.query.image,
        profile: request.query.profile,
        idempotencyKey: request.get('idempotency-key'),
        signal: abort.signal,
      };
      try {
        assertBundleSize(request, options.bundleBytes);
        const imported = await imports.import(
          caller,
          request as unknown as Request,
          order,
        );
        setEtag(response, imported.app.revision).status(201).json(imported);
      } catch (error) {
        // What is left of a refused body is not waited for.
        if (!request.readableEnded) closeAfter(request, response);
        throw error;
      }
    },

    async getApp(request, response) {
      const caller = await callerOf(request, { anonymous: true });
      const app = await apps.get(caller, request.params.id);
      sendRevision(response, app);
    },

    async updateApp(request, response) {
      const app = await changes.update(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, app);
    },

    async deleteApp(request, response) {
      await deletion.delete(
        await callerOf(request),
        request.params.id,
        request.query,
      );
      response.status(204).end();
    },

    async downloadApp(request, response) {
      const { stream, size, name, digest } = await contents.download(
        await callerOf(request),
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
    },

    async getAppMeta(request, response) {
      const text = await contents.meta(
        await callerOf(request),
        request.params.id,
        request.query.part ?? 'REQUIREMENTS',
      );
      response
        .set({
          'content-type': 'text/plain; charset=utf-8',
          'x-content-type-options': 'nosniff',
        })
        .send(text);
    },

    getAppIcon: (request, response) => sendPicture(request, response, 'icon'),

    getAppScreenshot: (request, response) =>
      sendPicture(
        request as unknown as OperationRequest<'getAppIcon'>,
        response,
        Number(request.params.n),
      ),

    async setAppPreferences(request, response) {
      response.json(
        await apps.setPreferences(
          await callerOf(request),
          request.params.id,
          request.body,
        ),
      );
    },

    async refreshPreconditions(request, response) {
      response.json(
        await changes.refresh(await callerOf(request), request.params.id),
      );
    },

    async getAppStarts(request, response) {
      response.json(
        await starts.of(await callerOf(request), request.params.id),
      );
    },

    async getManagedInstance(request, response) {
      response.json(
        await apps.managedInstance(
          await callerOf(request, { anonymous: true }),
          request.params.id,
        ),
      );
    },

    async runApp(request, response) {
      const instance = await runs.run(
        await callerOf(request),
        request.params.id,
        {
          ...request.body,
          idempotencyKey: request.get('idempotency-key'),
        },
      );
      sendRevision(response, instance, 201);
    },

    async assignTag(request, response) {
      const { id, tagId } = request.params;
      response.json(
        await changes.setTag(await callerOf(request), id, tagId, true),
      );
    },

    async removeTag(request, response) {
      const { id, tagId } = request.params;
      response.json(
        await changes.setTag(await callerOf(request), id, tagId, false),
      );
    },
  };
}
