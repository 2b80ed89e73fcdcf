/** REST: instances, their streams and logs. */
import type { Request, Response } from 'express';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallerOf } from '../auth/Callers';
import type { Caller } from '../auth/Caller';
import { EVERYTHING, type ChangeFeed } from '../changes/ChangeReader';
import type { AutoSuspension } from './AutoSuspension';
import type { InstanceLifecycle } from './InstanceLifecycle';
import type { InstanceOwners } from './InstanceOwners';
import type { InstanceRedeployment } from './InstanceRedeployment';
import type { InstanceService } from './InstanceService';
import type { LaunchReceipts } from './launches/LaunchReceipts';
import { StoreError } from '../errors/StoreError';
import {
  settled,
  type EventStream,
  type EventStreams,
} from '../http/EventStreams';
import type { HandlersOf, OperationRequest } from '../http/operations';
import { linesOf } from '../http/lines';
import { revisionOf, sendRevision } from '../http/revisions';

/** Instances that a stream begins with. */
const FIRST = 200;
const TEXT_EVENTS = 'text/event-stream';

/** What the handlers stand on. */
export interface InstanceHandlerOptions {
  instances: InstanceService;
  lifecycle: InstanceLifecycle;
  autoSuspension: AutoSuspension;
  redeployment: InstanceRedeployment;
  owners: InstanceOwners;
  receipts: LaunchReceipts;
  callerOf: CallerOf;
  /** Finds out anew who somebody is. */
  callerAgain: CallerOf;
  feed: ChangeFeed;
  streams: EventStreams;
}

export function instanceHandlers(
  options: InstanceHandlerOptions,
): HandlersOf<
  | 'listInstances'
  | 'watchInstances'
  | 'watchInstance'
  | 'getInstance'
  | 'updateInstance'
  | 'terminateInstance'
  | 'suspendInstance'
  | 'resumeInstance'
  | 'startWithEmptyVolume'
  | 'restoreInstance'
  | 'extendInstance'
  | 'disableAutosuspend'
  | 'redeployInstance'
  | 'getInstanceStatus'
  | 'listInstanceEvents'
  | 'getLaunchReceipt'
  | 'getInstanceLogs'
> {
  const {
    instances,
    lifecycle,
    autoSuspension,
    redeployment,
    owners,
    callerOf,
    callerAgain,
    feed,
    streams,
  } = options;

  /** Sends the state of instances now and whenever it changes; `gone` for those that are no more. */
  const stream = async (
    request: Pick<Request, 'headers' | 'ip' | 'on' | 'destroyed'>,
    response: Response,
    only: string | undefined,
  ) => {
    let caller: Caller = await callerOf(request);
    if (only) await instances.get(caller, only);
    const events = streams.open(request, response);
    // Groups change while a stream is open.
    streams.whileAllowed(response, async () => {
      caller = await callerAgain(request);
    });
    const known = new Set<string>();
    // Reads may overtake each other; of one instance the last one asked for counts.
    let asked = 0;
    const reads = new Map<string, number>();
    const look = async (id: string) => {
      const read = ++asked;
      reads.set(id, read);
      // A change of somebody else's instance is no matter of this stream.
      const mine =
        only || known.has(id) || (await owners.of(id)) === caller.userEntityRef;
      try {
        if (!mine) return;
        // That it can no longer be seen is no attempt of the reader's: nothing for the audit.
        const found = await instances.find(caller, id);
        const [instance] = await instances.present(caller, [found]);
        const concerns = only || instance.owner === caller.userEntityRef;
        if (reads.get(id) !== read || !concerns) return;
        // What was terminated and is kept is not among one's instances.
        if (!only && instance.terminating && instance.purgeAfter) {
          if (known.delete(id)) events.send('gone', { id });
          return;
        }
        known.add(id);
        events.send('instance', instance);
      } catch (error) {
        const gone = error instanceof StoreError && error.status === 404;
        if (gone && reads.get(id) === read && known.delete(id))
          events.send('gone', { id });
      } finally {
        if (reads.get(id) === read) reads.delete(id);
      }
    };
    const update = settled(ids => ids.forEach(id => look(id)));
    const unsubscribe = feed.subscribe(id => {
      if (id === EVERYTHING) (only ? [only] : [...known]).forEach(update);
      else if (!only || id === only) update(id);
    });
    events.onEnd(unsubscribe);
    const first = only
      ? [only]
      : (
          await instances.list(caller, { scope: 'mine', limit: FIRST })
        ).items.map(instance => instance.id);
    await Promise.all(first.map(look));
  };

  type Change =
    | 'suspendInstance'
    | 'resumeInstance'
    | 'startWithEmptyVolume'
    | 'restoreInstance'
    | 'extendInstance'
    | 'disableAutosuspend'
    | 'redeployInstance';
  const change =
    (
      work: (
        caller: Caller,
        id: string,
      ) => ReturnType<InstanceLifecycle['suspend']>,
    ) =>
    async (request: OperationRequest<Change>, response: Response) => {
      const instance = await work(await callerOf(request), request.params.id);
      sendRevision(response, instance);
    };

  return {
    async listInstances(request, response) {
      response.json(
        await instances.list(await callerOf(request), request.query),
      );
    },

    watchInstances: (request, response) => stream(request, response, undefined),

    watchInstance: (request, response) =>
      stream(request, response, request.params.id),

    async getInstance(request, response) {
      const instance = await instances.get(
        await callerOf(request),
        request.params.id,
      );
      sendRevision(response, instance);
    },

    async updateInstance(request, response) {
      const instance = await lifecycle.update(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, instance);
    },

    async terminateInstance(request, response) {
      await lifecycle.terminate(
        await callerOf(request),
        request.params.id,
        request.query,
      );
      response.status(202).end();
    },

    suspendInstance: change((caller, id) => lifecycle.suspend(caller, id)),
    resumeInstance: change((caller, id) => lifecycle.resume(caller, id)),
    startWithEmptyVolume: change((caller, id) =>
      lifecycle.startWithEmptyVolume(caller, id),
    ),
    restoreInstance: change((caller, id) => lifecycle.restore(caller, id)),
    extendInstance: change((caller, id) => autoSuspension.extend(caller, id)),
    disableAutosuspend: change((caller, id) =>
      autoSuspension.disable(caller, id),
    ),
    redeployInstance: change((caller, id) => redeployment.redeploy(caller, id)),

    async getInstanceStatus(request, response) {
      response.json(
        await instances.status(await callerOf(request), request.params.id),
      );
    },

    async listInstanceEvents(request, response) {
      response.json({
        items: await instances.events(
          await callerOf(request),
          request.params.id,
        ),
      });
    },

    async getLaunchReceipt(request, response) {
      response.json(
        await options.receipts.of(await callerOf(request), request.params.id),
      );
    },

    async getInstanceLogs(request, response) {
      const abort = new AbortController();
      response.on('close', () => abort.abort());
      const { id } = request.params;
      const { text: log, endedAt } = await instances.logs(
        await callerOf(request),
        id,
        { ...request.query, signal: abort.signal },
      );
      // What is kept comes at once, and ends.
      if (endedAt) response.set('x-instance-ended', endedAt);
      else
        streams.whileAllowed(response, async () =>
          instances.assertMayReadLog(await callerAgain(request), id),
        );
      await (request.accepts(['text/plain', TEXT_EVENTS]) === TEXT_EVENTS
        ? sendEvents(log, streams.open(request, response))
        : sendText(log, response, request.query.follow));
    },
  };

  /** A line of the log an event, and one for its end. */
  async function sendEvents(log: Readable, events: EventStream) {
    try {
      for await (const line of linesOf(log)) {
        events.send('line', line);
        await events.drained();
      }
      events.send('end', {});
    } catch {
      // The reader left, or the cluster did: the stream ends without its last word.
    } finally {
      events.end();
    }
  }

  async function sendText(log: Readable, response: Response, follow = false) {
    response.set({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
    log.on('data', () =>
      (response as Response & { flush?: () => void }).flush?.(),
    );
    // One that is not followed comes to its end by itself.
    if (follow) streams.track(response);
    await pipeline(log, response).catch(() => {});
  }
}
