import { createRouteRef } from '@backstage/frontend-plugin-api';

export const rootRouteRef = createRouteRef();

/** Paths below the portal's root, in one place. */
export const paths = {
  store: '/app-store',
  app: (id: string) => `/app-store/apps/${id}`,
  myApps: '/app-store/my-apps',
  import: '/app-store/import',
  login: '/app-store/login',
  instances: '/app-store/instances',
  instance: (id: string) => `/app-store/instances/${id}`,
  secrets: '/app-store/secrets',
  tags: '/app-store/tags',
  aliases: '/app-store/aliases',
  access: '/app-store/access',
  admin: '/app-store/admin',
  adminSection: (section: string) => `/app-store/admin/${section}`,
};
