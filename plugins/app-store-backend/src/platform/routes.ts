/** REST: the reader, and the store itself. */
import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import type { CallerOf } from '../auth/Callers';
import type { AppService } from '../apps/AppService';
import type { InstanceQuota } from '../instances/InstanceQuota';
import type { StoreInfoService } from './StoreInfoService';
import type { HandlersOf } from '../http/operations';

/** What the handlers stand on. */
export interface PlatformHandlerOptions {
  apps: AppService;
  quota: InstanceQuota;
  info: StoreInfoService;
  callerOf: CallerOf;
}

export function platformHandlers(
  options: PlatformHandlerOptions,
): HandlersOf<
  | 'getMe'
  | 'getStore'
  | 'getDocument'
  | 'listRuntimeVersions'
  | 'listLaunchProfiles'
> {
  const { apps, quota, info, callerOf } = options;
  return {
    async getMe(request, response) {
      const caller = await callerOf(request);
      const [{ limit, slots, running }, owned] = await Promise.all([
        quota.of(caller),
        apps.ownedVersions(caller),
      ]);
      response.json({
        userEntityRef: caller.userEntityRef,
        displayName: caller.displayName ?? caller.userEntityRef,
        kind: caller.fullAccess ? 'full-access' : 'visitor',
        admin: caller.admin,
        roles: caller.roles,
        instanceLimit: limit,
        runningInstances: running,
        usedSlots: slots,
        ...owned,
      });
    },
    async getStore(request, response) {
      await callerOf(request, { anonymous: true });
      response.json(info.store());
    },
    async getDocument(request, response) {
      await callerOf(request);
      response.json(API_DOCUMENT);
    },
    async listRuntimeVersions(request, response) {
      await callerOf(request);
      response.json({ items: info.runtimeVersions() });
    },
    async listLaunchProfiles(request, response) {
      await callerOf(request);
      response.json({ items: info.launchProfiles() });
    },
  };
}
