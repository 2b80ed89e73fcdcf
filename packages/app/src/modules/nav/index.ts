import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { SidebarContent } from './Sidebar';
import { skipLink } from './SkipLink';

export const navModule = createFrontendModule({
  pluginId: 'app',
  extensions: [SidebarContent, skipLink],
});
