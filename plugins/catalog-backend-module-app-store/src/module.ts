/** Wires the store's index into the catalog. */
import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { AppStoreKindsProcessor } from './kinds/AppStoreKindsProcessor';
import { isOneOfApps } from './permissions/rules';
import { AppStoreEntityProvider } from './provider/AppStoreEntityProvider';
import { StoreClient } from './StoreClient';

/**
 * Kinds App and AppTag, and the store's index as entities of them.
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
          source: StoreClient.create({ auth, discovery }),
          events,
          logger,
          portalUrl: portalUrl.replace(/\/+$/, ''),
        });
        catalog.addProcessor(new AppStoreKindsProcessor());
        catalog.addEntityProvider(provider);
        permissionsRegistry.addPermissionRules([isOneOfApps]);
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
