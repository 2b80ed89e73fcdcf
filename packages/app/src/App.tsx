import { createApp } from '@backstage/frontend-defaults';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { autoLogoutModule } from './modules/autoLogout';
import {
  catalogGraphModule,
  catalogPageModule,
  kindIconsModule,
} from './modules/catalog';
import { kubernetesModule } from './modules/kubernetes';
import { navModule } from './modules/nav';
import { searchModule } from './modules/search';
import { signInModule } from './modules/signIn';
import { themeModule } from './modules/theme';

export default createApp({
  features: [
    autoLogoutModule,
    catalogPlugin,
    catalogGraphModule,
    catalogPageModule,
    kindIconsModule,
    kubernetesModule,
    navModule,
    searchModule,
    signInModule,
    themeModule,
  ],
});
