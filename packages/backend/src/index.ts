/** The portal's backend. */
import { createBackend } from '@backstage/backend-defaults';
import { hostCheckedRouter } from './hostCheck';

// Whoever started the portal is gone: so is the portal.
if (process.channel)
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const backend = createBackend();

backend.add(hostCheckedRouter);
backend.add(import('@backstage/plugin-app-backend'));
backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('./demoSignIn'));
backend.add(import('./oidcSignIn'));
backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(import('@backstage/plugin-events-backend'));
backend.add(import('@backstage/plugin-permission-backend'));
backend.add(import('./catalogPolicy'));
backend.add(import('@backstage/plugin-search-backend'));
backend.add(import('@backstage/plugin-search-backend-module-catalog'));
backend.add(import('./catalogSearch'));
backend.add(import('./titlesFirst'));
backend.add(import('@backstage/plugin-signals-backend'));
backend.add(import('@backstage/plugin-user-settings-backend'));

backend.add(import('@ai-app-store/backstage-plugin-app-store-backend'));
backend.add(
  import(
    '@ai-app-store/backstage-plugin-app-store-backend-module-local-cluster'
  ),
);
backend.add(import('@ai-app-store/backstage-plugin-app-store-gateway-backend'));
backend.add(
  import('@ai-app-store/backstage-plugin-catalog-backend-module-app-store'),
);

// Backstage only logs this; a portal of which a part did not start is none.
backend.start().catch(error => {
  process.stderr.write(`${error.message}\n`, () => process.exit(1));
});
