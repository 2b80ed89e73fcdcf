/**
 * What pods ask of the store: the content of the bundle of the instance that they
 * are. The token proves which pod asks; a pod gets its own instance's bundle and
 * no other.
 */
import type Router from 'express-promise-router';
import { pipeline } from 'node:stream/promises';
import type { AppService } from '../service/AppService';
import type { InstanceService } from '../service/InstanceService';
import { StoreError } from '../service/StoreError';
import type { InstanceCluster } from '../processors/InstanceCluster';

export function addInternalRoutes(
  router: ReturnType<typeof Router>,
  options: {
    apps: AppService;
    instances: InstanceService;
    cluster: InstanceCluster;
  },
): void {
  const { apps, instances, cluster } = options;

  router.get(
    '/v1/internal/instances/:id/content',
    async (request, response) => {
      const refuse = () =>
        new StoreError({
          status: 401,
          code: 'NOT_A_POD',
          message: 'This is for the pod of this instance.',
          owner: 'platform',
          remedy: 'Nothing to do for people.',
        });
      const [, token] =
        /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      const [pod, app] = await Promise.all([
        token ? cluster.reviewToken(token) : undefined,
        token ? instances.appOf(request.params.id) : undefined,
      ]);
      if (
        !pod ||
        !(await cluster.isPodOf(request.params.id, pod.name, pod.uid))
      )
        throw refuse();
      if (!app) throw refuse();
      const content = await apps.content(app);
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
}
