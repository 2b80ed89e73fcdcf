/** REST: the reader, the store itself, and what admins see of it. */
import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import type { CallerOf } from '../identity/Callers';
import type { AppService } from '../service/apps/AppService';
import type { AuditReader } from '../service/AuditReader';
import type { Explainer } from '../service/Explainer';
import type { Recovery } from '../recovery/Recovery';
import type { IamService } from '../service/IamService';
import type { InstanceQuota } from '../service/instances/InstanceQuota';
import type { StoreInfoService } from '../service/StoreInfoService';
import type { HandlersOf } from './operations';
import { revisionOf, sendRevision } from './preconditions';

/** What the handlers stand on. */
export interface StoreHandlerOptions {
  apps: AppService;
  quota: InstanceQuota;
  info: StoreInfoService;
  explainer: Explainer;
  auditReader: AuditReader;
  iam: IamService;
  recovery: Recovery;
  callerOf: CallerOf;
}

export function storeHandlers(
  options: StoreHandlerOptions,
): HandlersOf<
  | 'getMe'
  | 'getStore'
  | 'getDocument'
  | 'listRuntimeVersions'
  | 'listLaunchProfiles'
  | 'explain'
  | 'listAudit'
  | 'getRecovery'
  | 'decideRecovery'
  | 'listIamPolicies'
  | 'importIamPolicies'
  | 'getIamPolicy'
  | 'deleteIamPolicy'
> {
  const { apps, quota, info, explainer, auditReader, iam, recovery, callerOf } =
    options;
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
    async explain(request, response) {
      response.json(
        await explainer.explain(await callerOf(request), request.query),
      );
    },
    async listAudit(request, response) {
      response.json(
        await auditReader.list(await callerOf(request), request.query),
      );
    },
    async getRecovery(request, response) {
      response.json(await recovery.report(await callerOf(request)));
    },
    async decideRecovery(request, response) {
      const { decision, plan } = request.body;
      response.json(
        await recovery.decide(await callerOf(request), decision, plan),
      );
    },
    async listIamPolicies(request, response) {
      sendRevision(response, await iam.list(await callerOf(request)));
    },
    async importIamPolicies(request, response) {
      sendRevision(
        response,
        await iam.import(await callerOf(request), request.body.policies, {
          replace: request.query.replace ?? false,
          revision: revisionOf(request),
        }),
      );
    },
    async getIamPolicy(request, response) {
      response.json(
        await iam.get(await callerOf(request), request.params.name),
      );
    },
    async deleteIamPolicy(request, response) {
      await iam.delete(await callerOf(request), request.params.name);
      response.status(204).end();
    },
  };
}
