/** Who uses a secret, as somebody may know it. */
import type {
  SecretIdentity,
  SecretUsage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../apps/AppRepository';
import type { Caller } from '../auth/Caller';
import type { InstanceRepository } from '../instances/InstanceRepository';
import { instanceFacts } from '../instances/presentInstance';
import type { Policy } from '../policy';
import type { SecretRepository } from './SecretRepository';
import type { SecretService } from './SecretService';

/** What it stands on. */
export interface SecretUsesOptions {
  policy: Policy;
  service: SecretService;
  secrets: SecretRepository;
  apps: AppRepository;
  instances: InstanceRepository;
}

/** Says which apps and instances use a secret. */
export class SecretUses {
  readonly #o: SecretUsesOptions;

  constructor(options: SecretUsesOptions) {
    this.#o = options;
  }

  #sees(caller: Caller, app: AppRecord): boolean {
    return this.#o.policy.decide('app', 'read', caller, appFacts(app)).allowed;
  }

  async #apps(ids: string[]): Promise<Map<string, AppRecord>> {
    const apps = await this.#o.apps.getMany(ids);
    return new Map(apps.map(app => [app.id, app]));
  }

  /** Names of apps that the caller sees, and how many others there are. */
  async namesOf(caller: Caller, ids: string[]): Promise<string> {
    const apps = await this.#o.apps.getMany(ids);
    const seen = apps.filter(app => this.#sees(caller, app));
    const others = apps.length - seen.length;
    return [
      ...seen.slice(0, 5).map(app => `${app.name} ${app.version}`),
      ...(seen.length > 5 ? [`${seen.length - 5} more`] : []),
      ...(others ? [`${others} of others`] : []),
    ].join(', ');
  }

  /** Who uses it: apps that name it, instances that were started with it. */
  async usage(caller: Caller, identity: SecretIdentity): Promise<SecretUsage> {
    const record = await this.#o.service.record(caller, identity);
    const [uses, started] = await Promise.all([
      this.#o.secrets.usesOf(record),
      this.#o.instances.startedWith(record.id),
    ]);
    const apps = await this.#apps(uses.map(use => use.appId));
    const usage: SecretUsage = { apps: [], instances: [], hidden: 0 };
    for (const { appId, keys, optional } of uses) {
      const app = apps.get(appId);
      if (!app) continue;
      if (!this.#sees(caller, app)) {
        usage.hidden += 1;
        continue;
      }
      usage.apps.push({
        id: app.id,
        name: app.name,
        version: app.version,
        title: app.manifest.title,
        keys,
        optional,
      });
    }
    const instances = new Map(
      (await this.#o.instances.getMany(started.map(({ id }) => id))).map(
        instance => [instance.id, instance],
      ),
    );
    const theirApps = await this.#apps(
      [...instances.values()].map(instance => instance.appId),
    );
    for (const { id, valueVersion } of started) {
      const instance = instances.get(id);
      const app = instance && theirApps.get(instance.appId);
      if (!app) continue;
      const facts = instanceFacts(instance, app);
      const may = (action: 'read' | 'read_owner') =>
        this.#o.policy.decide('instance', action, caller, facts).allowed;
      if (!may('read')) {
        usage.hidden += 1;
        continue;
      }
      usage.instances.push({
        id,
        appTitle: app.manifest.title,
        ...(may('read_owner') ? { owner: instance.ownerRef } : {}),
        status: instance.status,
        current: valueVersion === record.valueVersion,
      });
    }
    return usage;
  }
}
