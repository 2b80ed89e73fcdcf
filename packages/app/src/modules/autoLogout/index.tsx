/** Signs out who has been idle, where the configuration turns it on (`auth.autologout`). */
import { AutoLogout } from '@backstage/core-components';
import {
  AppRootElementBlueprint,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';

/** What the specification has (section 10): 300 s. */
const IDLE_MINUTES = 5;

const autoLogout = AppRootElementBlueprint.make({
  name: 'auto-logout',
  params: {
    element: (
      <AutoLogout
        enabled={false}
        idleTimeoutMinutes={IDLE_MINUTES}
        promptBeforeIdleSeconds={30}
        // Their code is a blob, which the portal's content security policy refuses.
        useWorkerTimers={false}
      />
    ),
  },
});

export const autoLogoutModule = createFrontendModule({
  pluginId: 'app',
  extensions: [autoLogout],
});
