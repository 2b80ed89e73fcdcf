/**
 * What pods ask of the store: the content of the bundle of the instance that they
 * are, and the environment that an earlier start of the app made. The token proves
 * which pod asks; a pod gets what belongs to its own instance and nothing else.
 */
import type Router from 'express-promise-router';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { z } from 'zod';
import type { EnvironmentStore } from '../bundle/EnvironmentStore';
import type { AppContents } from '../service/AppContents';
import type { InstanceService } from '../service/InstanceService';
import { StoreError } from '../service/StoreError';
import type { InstanceCluster } from '../processors/InstanceCluster';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const handIn = z.object({
  'x-environment-digest': sha256,
  'x-environment-replaces': sha256.optional(),
});
const fingerprint = z.object({
  runtime: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9._+-]+$/),
});

export function addInternalRoutes(
  router: ReturnType<typeof Router>,
  options: {
    contents: AppContents;
    instances: InstanceService;
    cluster: InstanceCluster;
    environments: EnvironmentStore;
  },
): void {
  const { contents, instances, cluster, environments } = options;

  /** What the pod that asks is a launch of. */
  const launchOfPod = async (request: Request) => {
    const { id } = request.params;
    const [, token] =
      /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [pod, launch] = await Promise.all([
      token ? cluster.reviewToken(token) : undefined,
      token ? instances.launchOf(id) : undefined,
    ]);
    if (!pod || !launch || !(await cluster.isPodOf(id, pod.name, pod.uid)))
      throw new StoreError({
        status: 401,
        code: 'NOT_A_POD',
        message: 'This is for the pod of this instance.',
        owner: 'platform',
        remedy: 'Nothing to do for people.',
      });
    return launch;
  };

  router.get(
    '/v1/internal/instances/:id/content',
    async (request, response) => {
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
  );

  const keyOf = async (request: Request) => {
    const { app, image } = await launchOfPod(request);
    return {
      appId: app.id,
      image,
      fingerprint: fingerprint.parse(request.query).runtime,
    };
  };

  router.get(
    '/v1/internal/instances/:id/environment',
    async (request, response) => {
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
  );

  router.put(
    '/v1/internal/instances/:id/environment',
    async (request, response) => {
      const key = await keyOf(request);
      const {
        'x-environment-digest': digest,
        'x-environment-replaces': replaces,
      } = handIn.parse(request.headers);
      const kept = await environments.digestOf(key);
      // Nobody waits for a body that is not wanted.
      if (kept && kept !== replaces) {
        response.set('connection', 'close').status(200).end();
        return;
      }
      response
        .status(
          (await environments.keep(key, request, { digest, replaces }))
            ? 201
            : 200,
        )
        .end();
    },
  );
}
