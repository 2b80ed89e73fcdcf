/** Routes that other plugins of the portal call in their own name, and nobody else. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { Request } from 'express';

/** @throws NotAllowedError for everybody but the plugin */
export async function assertPlugin(
  httpAuth: HttpAuthService,
  request: Pick<Request, 'headers'>,
  ...pluginIds: string[]
): Promise<void> {
  const credentials = await httpAuth.credentials(request as Request, {
    allow: ['service'],
  });
  const { subject } = credentials.principal;
  if (!pluginIds.some(id => subject === `plugin:${id}`))
    throw new NotAllowedError(
      `this is for the plugin ${pluginIds.join(' or ')} alone`,
    );
}
