/** The portal's backend. */
// First: see there.
import './prometheus';
import appStore from '@ai-app-store/backstage-plugin-app-store-backend';
import appStoreLocalCluster from '@ai-app-store/backstage-plugin-app-store-backend-module-local-cluster';
import appStoreGateway from '@ai-app-store/backstage-plugin-app-store-gateway-backend';
import appStoreCatalog from '@ai-app-store/backstage-plugin-catalog-backend-module-app-store';
import appStoreSearch from '@ai-app-store/backstage-plugin-search-backend-module-app-store';
import { createBackend } from '@backstage/backend-defaults';
import catalogPolicy from './catalogPolicy';
import demoSignIn from './demoSignIn';
import { hostCheckedRouter } from './hostCheck';
import localClusterViewer from './localClusterViewer';
import oidcSignIn from './oidcSignIn';
import rootLogger from './rootLogger';
import titlesFirst from './titlesFirst';

// Whoever started the portal is gone: so is the portal.
if (process.channel)
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const backend = createBackend();

// Our own are imported as values, not with import(): only then can a build leave out what is not used.
backend.add(rootLogger);
backend.add(hostCheckedRouter);
backend.add(import('@backstage/plugin-app-backend'));
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(demoSignIn);
backend.add(oidcSignIn);
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(import('@backstage/plugin-events-backend'));
backend.add(import('@backstage/plugin-kubernetes-backend'));
backend.add(localClusterViewer);
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(catalogPolicy);
backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));
backend.add(titlesFirst);
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-user-settings-backend'));

backend.add(appStore);
backend.add(appStoreLocalCluster);
backend.add(appStoreGateway);
backend.add(appStoreCatalog);
backend.add(appStoreSearch);

// Backstage only logs this; a portal of which a part did not start is none.
backend.start().catch(error => {
  process.stderr.write(`${error.message}\n`, () => process.exit(1));
});
