/** The store beside a real catalog that holds its index, for tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  coreServices,
  createBackendModule,
  type PermissionsService,
  type SchedulerService,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { JsonObject } from '@backstage/types';
import catalogModule, {
  AppStoreCatalogPolicy,
} from '@ai-app-store/backstage-plugin-catalog-backend-module-app-store';
import type { Knex } from 'knex';
import { databases } from '../database/__testUtils__/databases';
import { API, as, bundle, StoreUnderTest } from './StoreUnderTest';

/** Decisions of the policy, without the permission backend: tokens of tests do not say on whose behalf they are. */
function permissionsBy(store: () => StoreUnderTest, deniesAll: boolean) {
  const policy = AppStoreCatalogPolicy.create({
    source: {
      reader: async userEntityRef =>
        (
          await store()
            .api.post(`${API}/internal/catalog/readers`)
            .set(
              'authorization',
              mockCredentials.service.header({
                onBehalfOf: mockCredentials.service('plugin:permission'),
                targetPluginId: 'app-store',
              }),
            )
            .send({ userEntityRef })
            .expect(200)
        ).body,
    },
    logger: mockServices.logger.mock(),
    // Each question is asked.
    now: () => Number(process.hrtime.bigint()),
  });
  const decide: PermissionsService['authorizeConditional'] = async (
    requests,
    { credentials } = {} as never,
  ) =>
    Promise.all(
      requests.map(async request => {
        const { principal } = credentials as ReturnType<
          typeof mockCredentials.user
        >;
        // As the permission framework has it: what plugins ask each other is not the policy's.
        if ((principal as { type: string }).type !== 'user')
          return { result: AuthorizeResult.ALLOW } as const;
        if (deniesAll) return { result: AuthorizeResult.DENY } as const;
        const info = { userEntityRef: principal.userEntityRef };
        return policy.handle(request, {
          credentials,
          info: { ...info, ownershipEntityRefs: [] },
        });
      }),
    );
  return mockServices.permissions.mock({ authorizeConditional: decide })
    .factory;
}

/** A catalog with the store's provider and policy. */
export class CatalogUnderTest {
  readonly store: StoreUnderTest;
  readonly catalogKnex: Knex;
  readonly scheduler: SchedulerService;

  static async start(
    id: Parameters<typeof databases.init>[0],
    appStore: JsonObject,
    options: Pick<
      NonNullable<Parameters<typeof StoreUnderTest.start>[2]>,
      | 'knex'
      | 'logs'
      | 'onEvent'
      | 'realCatalog'
      | 'config'
      | 'beside'
      | 'after'
      | 'tap'
    > & {
      catalogKnex?: Knex;
      /** The portal's permission policy lets nobody do anything. */
      deniesAll?: boolean;
    } = {},
  ): Promise<CatalogUnderTest> {
    const catalogKnex = options.catalogKnex ?? (await databases.init(id));
    let scheduler: SchedulerService | undefined;
    const store: StoreUnderTest = await StoreUnderTest.start(id, appStore, {
      onEvent: () => {},
      ...options,
      config: {
        app: { baseUrl: 'http://portal' },
        // Once each: whatever is written later is written for a reason.
        catalog: { processingInterval: { hours: 1 } },
        ...options.config,
      },
      portal: {
        knex: catalogKnex,
        features: [
          catalogPlugin,
          catalogModule,
          permissionsBy(() => store, options.deniesAll ?? false),
          createBackendModule({
            pluginId: 'catalog',
            moduleId: 'test-scheduler',
            register(reg) {
              reg.registerInit({
                deps: { service: coreServices.scheduler },
                async init({ service }) {
                  scheduler = service;
                },
              });
            },
          }),
        ],
      },
    });
    return new CatalogUnderTest(store, catalogKnex, scheduler!);
  }

  private constructor(
    store: StoreUnderTest,
    catalogKnex: Knex,
    scheduler: SchedulerService,
  ) {
    this.store = store;
    this.catalogKnex = catalogKnex;
    this.scheduler = scheduler;
  }

  async find(who: string, filter = 'kind=app'): Promise<Entity[]> {
    const { body } = await this.store.api
      .get(`/api/catalog/entities/by-query?limit=1000&filter=${filter}`)
      .set(as(who))
      .expect(200);
    return body.items;
  }

  /** How many apps somebody finds. */
  async count(who: string): Promise<number> {
    const { body } = await this.store.api
      .get('/api/catalog/entities/by-query?limit=1&filter=kind=app')
      .set(as(who))
      .expect(200);
    return body.totalItems;
  }

  async titles(who: string): Promise<string[]> {
    return (await this.find(who)).map(each => each.metadata.title!).sort();
  }

  /** Waits until somebody finds just these. */
  async settles(who: string, titles: string[]): Promise<void> {
    let found: string[] = [];
    for (let tries = 0; tries < 200; tries++) {
      found = await this.titles(who);
      if (found.join() === titles.join()) return;
      await sleep(100);
    }
    throw new Error(`${who} finds ${found.join()} instead of ${titles.join()}`);
  }

  async import(
    name: string,
    options: { version?: string; tags?: string[] } = {},
  ): Promise<string> {
    const { body } = await this.store
      .importApp('dev', await bundle({ name, ...options }))
      .expect(201);
    return body.app.id;
  }

  async change(id: string, change: object): Promise<void> {
    await this.store.api
      .patch(`${API}/apps/${id}`)
      .set(as('dev'))
      .send(change)
      .expect(200);
  }
}
