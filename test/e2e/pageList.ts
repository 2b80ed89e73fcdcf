/** Every page of ours, and who looks at it: one list for all that is checked on every page. */
import type { Furniture } from './furnish';
import type { Person } from './people';

/** Addresses below `/app-store` by names of pages. */
export type Pages = Record<string, (made: Furniture) => string>;

const PAGES: Pages = {
  store: () => '',
  app: made => `/apps/${made.apps.Hello}`,
  'app-asking': made => `/apps/${made.apps.Asking}`,
  'app-not-runnable': made => `/apps/${made.apps.nginx}`,
  instances: () => '/instances',
  instance: made => `/instances/${made.hello}`,
  'my-apps': () => '/my-apps',
  import: () => '/import',
  secrets: () => '/secrets',
  tags: () => '/tags',
  aliases: () => '/aliases',
  access: () => '/access',
  login: () => '/login',
  'not-found': () => '/nowhere',
  'admin-apps': () => '/admin/apps',
};
const ADMIN: Pages = {
  'admin-instances': () => '/admin/instances',
  'admin-launch': made => `/instances/${made.hello}?tab=launch`,
  'admin-secrets': () => '/admin/secrets',
  'admin-tags': () => '/admin/tags',
  'admin-aliases': () => '/admin/aliases',
  'admin-audit': () => '/admin/audit',
  'admin-policies': () => '/admin/policies',
  'admin-doctor': () => '/admin/doctor',
  'admin-recovery': () => '/admin/recovery',
  'admin-why': made =>
    `/admin/policies?tab=why&kind=instance&action=open&person=ada&resource=${made.whoami}`,
};
const DIALOGS: Pages = {
  'dialog-run': made => `/apps/${made.apps.Asking}?dialog=run`,
  'dialog-options': made => `/apps/${made.apps.Hello}?dialog=options`,
  'dialog-transfer': made => `/apps/${made.apps.Hello}?dialog=transfer`,
  'dialog-secret': () => '/secrets?dialog=create',
  'dialog-alias': () => '/aliases?dialog=create',
};

/** What each kind of person sees. */
export const SEEN: Record<string, [Person, Pages]> = {
  admin: ['ada', { ...PAGES, ...ADMIN }],
  developer: ['dev', { ...PAGES, ...DIALOGS }],
  user: [
    'uma',
    { ...PAGES, 'instance-ended': made => `/instances/${made.ended}` },
  ],
  visitor: [
    'vic',
    { ...PAGES, 'instance-own': made => `/instances/${made.guest}` },
  ],
};

/** A dialog hides what lies below it from everybody. */
export function isDialog(name: string): boolean {
  return name.startsWith('dialog-');
}
