/** Wires the store's index into the catalog. */
import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type RootConfigService,
} from '@backstage/backend-plugin-api';
import { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { AppStoreKindsProcessor } from './kinds/AppStoreKindsProcessor';
import { isOneOfApps, isOneOfDeclarations } from './permissions/rules';
import { AppStoreEntityProvider } from './provider/AppStoreEntityProvider';

/** Whether some who read the catalog may not see everything of the store. */
function readVisitors(config: RootConfigService) {
  return {
    visitors: Boolean(
      config.getOptional<string[]>('appStore.roles.fullAccess')?.length,
    ),
    hidden: config.getOptionalBoolean('appStore.iam.enabled') ?? false,
    policyWired:
      config.getOptionalBoolean('appStore.catalog.policyWired') ?? false,
  };
}

/**
 * The store's kinds, and the store's index as entities of them.
 *
 * @public
 */
export const catalogModuleAppStore = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'app-store',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
      },
      async init({
        auth,
        catalog,
        config,
        discovery,
        events,
        lifecycle,
        logger,
        permissionsRegistry,
        scheduler,
      }) {
        const portalUrl =
          config.getOptionalString('app.baseUrl') ??
          config.getString('backend.baseUrl');
        const provider = AppStoreEntityProvider.create({
          source: CatalogIndexClient.create({ auth, discovery }),
          events,
          logger,
          portalUrl: portalUrl.replace(/\/+$/, ''),
        });
        const { visitors, hidden, policyWired } = readVisitors(config);
        catalog.addProcessor(
          new AppStoreKindsProcessor({
            policyWired: policyWired || !(visitors || hidden),
            ownersTold: !(visitors || hidden),
          }),
        );
        catalog.addEntityProvider(provider);
        permissionsRegistry.addPermissionRules([
          isOneOfApps,
          isOneOfDeclarations,
        ]);
        const schedule = config.getOptionalConfig(
          'catalog.providers.appStore.schedule',
        );
        const { frequency, timeout } = schedule
          ? readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)
          : { frequency: { minutes: 30 }, timeout: { minutes: 10 } };
        await scheduler.scheduleTask({
          id: 'app-store-resync',
          // Each replica knows what it handed over, so each compares.
          scope: 'local',
          frequency,
          timeout,
          initialDelay: { minutes: 5 },
          fn: () => provider.resync(),
        });
        lifecycle.addShutdownHook(() => provider.stop());
      },
    });
  },
});
