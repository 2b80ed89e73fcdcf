/**
 * A gateway beside the portal: the listener for apps alone, in a process of its own, so that traffic
 * of apps neither slows the portal down nor ends with it. Both have one database, where sessions,
 * keys and passes are; people still sign in through the portal, which keeps `/api/app-store-gateway`.
 */
// First: see there.
import './prometheus';
import appStoreGateway from '@ai-app-store/backstage-plugin-app-store-gateway-backend';
import { createBackend } from '@backstage/backend-defaults';
import { hostCheckedRouter } from './hostCheck';
import rootLogger from './rootLogger';

const backend = createBackend();
backend.add(rootLogger);
backend.add(hostCheckedRouter);
backend.add(appStoreGateway);

// Backstage only logs this; a gateway that did not start is none.
backend.start().catch(error => {
  process.stderr.write(`${error.message}\n`, () => process.exit(1));
});
