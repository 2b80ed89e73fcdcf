/**
 * What pods ask of the store: the content of the bundle of the instance that they
 * are, and the environment that an earlier start of the app made; and what they tell
 * it of their start. The token proves
 * which pod asks; a pod gets what belongs to its own instance and nothing else.
 */
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import type { EnvironmentStore } from '../artifacts/EnvironmentStore';
import type { AppContents } from '../apps/AppContents';
import type { LaunchReceipts } from './launches/LaunchReceipts';
import type { InstanceService } from './InstanceService';
import { StoreError } from '../errors/StoreError';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { HandlersOf, OperationRequest } from '../http/operations';

/** What the handlers stand on. */
export interface InternalHandlerOptions {
  contents: AppContents;
  instances: InstanceService;
  receipts: Pick<LaunchReceipts, 'notePreparing'>;
  cluster: InstanceCluster;
  /** The pod behind a token. */
  reviewToken: (
    token: string,
  ) => Promise<{ name: string; uid: string } | undefined>;
  environments: EnvironmentStore;
}

export function internalHandlers(
  options: InternalHandlerOptions,
): HandlersOf<
  | 'getInstanceContent'
  | 'getInstanceEnvironment'
  | 'putInstanceEnvironment'
  | 'putInstanceStage'
> {
  const { contents, instances, cluster, reviewToken, environments } = options;

  /** What the pod that asks is a launch of. */
  const launchOfPod = async (
    request: Pick<OperationRequest<'getInstanceContent'>, 'params' | 'headers'>,
  ) => {
    const { id } = request.params;
    const [, token] =
      /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [pod, launch] = await Promise.all([
      token ? reviewToken(token) : undefined,
      token ? instances.launchOf(id) : undefined,
    ]);
    if (!pod || !launch || !(await cluster.isPodOf(id, pod.name, pod.uid)))
      throw new StoreError({
        status: 401,
        code: 'NOT_A_POD',
        message: 'This is only for the pod of this instance.',
        owner: 'platform',
        remedy: 'People do not need this address.',
      });
    return { ...launch, pod };
  };

  const keyOf = async (
    request: Pick<
      OperationRequest<'getInstanceEnvironment'>,
      'params' | 'headers' | 'query'
    >,
  ) => {
    const { app, image } = await launchOfPod(request);
    return { appId: app.id, image, fingerprint: request.query.runtime };
  };

  return {
    async getInstanceContent(request, response) {
      const { app } = await launchOfPod(request);
      const content = await contents.tar(app);
      try {
        response.set({
          'content-type': 'application/x-tar',
          'cache-control': 'no-store, no-transform',
        });
        await pipeline(content.stream, response);
      } finally {
        await content.close();
      }
    },

    async putInstanceStage(request, response) {
      const { pod } = await launchOfPod(request);
      await options.receipts.notePreparing(request.params.id, pod.uid);
      response.status(204).end();
    },

    async getInstanceEnvironment(request, response) {
      const kept = await environments.open(await keyOf(request));
      if (!kept) {
        response.status(404).end();
        return;
      }
      response.set({
        'content-type': 'application/x-tar',
        'content-length': String(kept.size),
        'cache-control': 'no-store, no-transform',
        'x-environment-digest': kept.digest,
      });
      await pipeline(kept.stream, response);
    },

    async putInstanceEnvironment(request, response) {
      const key = await keyOf(request);
      const digest = request.get('x-environment-digest')!;
      const replaces = request.get('x-environment-replaces');
      const kept = await environments.digestOf(key);
      // Nobody waits for a body that is not wanted.
      if (kept && kept !== replaces) {
        response.set('connection', 'close').status(200).end();
        return;
      }
      const taken = await environments.keep(
        key,
        request as unknown as Request,
        { digest, replaces },
      );
      response.status(taken ? 201 : 200).end();
    },
  };
}
