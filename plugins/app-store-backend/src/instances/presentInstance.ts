/** Instances as the API shows them to somebody. */
import {
  appOrigin,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../config/StoreConfig';
import { appFacts, type AppRecord } from '../apps/AppRepository';
import { isRestarted } from '../kubernetes/observe/causes';
import { conditionsOf } from './conditions';
import type { InstanceRecord } from './InstanceRepository';
import type { Actor, InstanceAction, InstanceFacts, Policy } from '../policy';

/** What the policy wants to know of an instance. */
export function instanceFacts(
  record: Pick<InstanceRecord, 'id' | 'ownerRef' | 'visibility'>,
  app: AppRecord,
): InstanceFacts {
  return {
    id: record.id,
    ownerRef: record.ownerRef,
    visibility: record.visibility,
    app: appFacts(app),
  };
}

/** Whether the app ended by itself and is not well yet: the instance is FAILED for now, and not for good. */
export function isRestarting(
  record: Pick<InstanceRecord, 'desired' | 'status' | 'problem'>,
): boolean {
  return (
    record.desired === 'running' &&
    record.status === 'FAILED' &&
    isRestarted(record.problem)
  );
}

/** Where an instance is opened: at its primary alias, or at the host of its id (specification 9). */
export function instanceUrl(
  appsUrl: URL,
  id: string,
  app: AppRecord,
  primaryAlias?: string,
): string {
  const path =
    app.manifest.runtime.routingMode === 'BASE_URL' ? `instance/${id}/` : '';
  return `${appOrigin(primaryAlias ?? id, appsUrl)}/${path}`;
}

/** Makes the API's answer of a row. */
export class InstancePresenter {
  readonly #config: StoreConfig;
  readonly #policy: Policy;

  constructor(options: { config: StoreConfig; policy: Policy }) {
    this.#config = options.config;
    this.#policy = options.policy;
  }

  #seesApp(actor: Actor, app: AppRecord): boolean {
    return this.#policy.decide('app', 'read', actor, appFacts(app)).allowed;
  }

  /** Names of secrets are what app.toml says within (specification 3.3). */
  #kept(
    actor: Actor,
    record: InstanceRecord,
    app: AppRecord,
    staleSecrets: string[] = [],
  ): Pick<AppInstance, 'keepsVolume' | 'secretsChanged' | 'staleSecrets'> {
    const meta = this.#policy.decide(
      'app',
      'read_meta',
      actor,
      appFacts(app),
    ).allowed;
    const secretsChanged = staleSecrets.length > 0;
    return {
      keepsVolume: record.hasVolume,
      secretsChanged,
      ...(secretsChanged && meta ? { staleSecrets } : {}),
    };
  }

  /** @param related - what is not in the record itself */
  present(
    actor: Actor,
    record: InstanceRecord,
    app: AppRecord,
    related: { primaryAlias?: string; staleSecrets?: string[] },
  ): AppInstance {
    const facts = instanceFacts(record, app);
    const may = (action: InstanceAction) =>
      this.#policy.decide('instance', action, actor, facts).allowed;
    const running = record.desired === 'running';
    const suspended = record.desired === 'suspended';
    const ending = !running && !suspended;
    const status = may('read_status');
    const logs = may('view_log');
    return {
      id: record.id,
      appId: record.appId,
      appName: app.name,
      appVersion: app.version,
      appTitle: app.manifest.title,
      lifecycle: app.manifest.lifecycle,
      // Of an app that is hidden by now there is no picture to be had.
      ...(app.icon && this.#seesApp(actor, app)
        ? { appIcon: `/apps/${app.id}/icon?v=${app.icon.slice(0, 12)}` }
        : {}),
      ...(may('read_owner') ? { owner: record.ownerRef } : {}),
      visibility: record.visibility,
      status: record.status,
      stage: record.stage,
      stages: record.stages as Record<string, string>,
      problem:
        status && record.problem
          ? {
              ...record.problem,
              detail: logs ? record.problem.detail : undefined,
              // Names of nodes, accounts and addresses are the operator's.
              evidence: actor.admin ? record.problem.evidence : undefined,
            }
          : undefined,
      ...(record.notice && status && running ? { notice: record.notice } : {}),
      ...(status
        ? {
            // What others wrote meanwhile counts: a person, or the release before.
            conditions: conditionsOf(
              record,
              record.conditions,
              new Date(record.updatedAt),
            ),
          }
        : {}),
      ...(suspended && record.status !== 'SUSPENDED'
        ? { suspending: true }
        : {}),
      restartCount: record.restartCount,
      ...(isRestarting(record)
        ? { restarting: true, up: Boolean(record.endpoint) }
        : {}),
      url: instanceUrl(
        this.#config.appsUrl,
        record.id,
        app,
        related.primaryAlias,
      ),
      primaryAlias: related.primaryAlias,
      launchProfile: record.launchProfile,
      ...(status ? { parameters: record.parameters } : {}),
      suspendable: record.suspendable,
      suspendAfter: record.suspendAfter,
      extended: record.extended,
      ...(status ? this.#kept(actor, record, app, related.staleSecrets) : {}),
      terminating: ending,
      purgeAfter: record.purgeAfter,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      revision: record.revision,
      can: {
        open: may('open') && !ending,
        logs,
        status,
        suspend: may('suspend') && running && record.suspendable,
        resume: may('resume') && suspended,
        terminate: may('terminate') && !ending,
        update: may('update') && !ending,
        extend:
          may('extend') &&
          running &&
          !record.extended &&
          Boolean(record.suspendAfter) &&
          this.#config.extensionSeconds > 0,
        restore: may('restore') && ending && Boolean(record.purgeAfter),
        redeploy: may('redeploy') && !ending,
        disableAutosuspend:
          may('disable_autosuspend') && running && Boolean(record.suspendAfter),
        alias: may('alias') && !ending,
      },
    };
  }
}
