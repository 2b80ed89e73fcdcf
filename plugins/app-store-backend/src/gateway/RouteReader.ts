/** Reads the gateway's routes from the database. */
import type {
  AppManifest,
  GatewayAlias,
  GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasRepository } from '../aliases/AliasRepository';
import type { AppRepository } from '../apps/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../instances/InstanceRepository';
import { isRestarting } from '../instances/presentInstance';

/** What the gateway is told of an app itself. */
export function routingOf(
  manifest: AppManifest | undefined,
): Pick<GatewayRoute, 'title' | 'routingMode' | 'frameAncestors'> {
  const { routingMode = 'DOMAIN', frameAncestors } = manifest?.runtime ?? {};
  return { title: manifest?.title ?? '', routingMode, frameAncestors };
}

/** Makes routes of rows. */
export class RouteReader {
  readonly #instances: InstanceRepository;
  readonly #aliases: AliasRepository;
  readonly #apps: AppRepository;

  constructor(options: {
    instances: InstanceRepository;
    aliases: AliasRepository;
    apps: AppRepository;
  }) {
    this.#instances = options.instances;
    this.#aliases = options.aliases;
    this.#apps = options.apps;
  }

  /** The whole table. */
  async all(): Promise<{ routes: GatewayRoute[]; aliases: GatewayAlias[] }> {
    const [records, aliases] = await Promise.all([
      this.#instances.listAll(),
      this.#aliases.routes(),
    ]);
    return { routes: await this.#present(records), aliases };
  }

  /** Routes by id; those that are gone are not in it. */
  async routes(ids: string[]): Promise<Map<string, GatewayRoute>> {
    if (!ids.length) return new Map();
    const records = (await this.#instances.getMany(ids)).filter(
      record => record.desired !== 'released',
    );
    return new Map(
      (await this.#present(records)).map(route => [route.id, route]),
    );
  }

  /** Aliases by name; those that are gone are not in it. */
  async aliases(names: string[]): Promise<Map<string, GatewayAlias>> {
    if (!names.length) return new Map();
    const aliases = await this.#aliases.routes(names);
    return new Map(aliases.map(alias => [alias.name, alias]));
  }

  async #present(records: InstanceRecord[]): Promise<GatewayRoute[]> {
    const apps = new Map(
      (await this.#apps.getMany(records.map(record => record.appId))).map(
        app => [app.id, app],
      ),
    );
    return records.map(record => {
      const app = apps.get(record.appId);
      const { detail: _, evidence: __, ...problem } = record.problem ?? {};
      return {
        id: record.id,
        visibility: record.visibility,
        // Nobody is let in any more, although its pod may take its time to end.
        status: record.desired === 'suspended' ? 'SUSPENDED' : record.status,
        terminating: record.desired === 'terminated',
        stage: record.stage,
        ...(isRestarting(record)
          ? { restarting: true, restartCount: record.restartCount }
          : {}),
        problem: record.problem && (problem as GatewayRoute['problem']),
        endpoint: record.endpoint,
        ...routingOf(app?.manifest),
        revision: `${record.visibility}/${record.ownerRef}/${
          app?.updatedAt ?? ''
        }`,
      };
    });
  }
}
