/**
 * What is done to each kind of resource, as the access rules call it (specification
 * section 3; the words are ours). `platform` is the store as a whole.
 *
 * @public
 */
export const ACTIONS = {
  app: [
    'read',
    'run',
    'update',
    'delete',
    'transfer',
    'download',
    'read_meta',
    'read_owner',
    'read_tags',
    'prefer',
    'set_profile',
    'set_image',
    'set_service_account',
    'refresh',
  ],
  instance: [
    'read',
    'open',
    'view_log',
    'read_status',
    'read_owner',
    'update',
    'suspend',
    'resume',
    'extend',
    'terminate',
    'restore',
    'alias',
    'redeploy',
    'disable_autosuspend',
  ],
  tag: ['read', 'create', 'update', 'delete', 'assign'],
  secret: ['read', 'reveal', 'create', 'update', 'delete'],
  alias: ['read', 'create', 'assign', 'unassign', 'promote', 'delete', 'free'],
  platform: [
    'import',
    'import_marketplace',
    'use',
    'list_all',
    'read_audit',
    'manage_iam',
    'explain_others',
    'recover',
    'diagnose',
  ],
} as const;

/**
 * A kind of resource that the access rules know.
 *
 * @public
 */
export type ResourceKind = keyof typeof ACTIONS;

/**
 * What is done to one kind of resource.
 *
 * @public
 */
export type ActionOf<K extends ResourceKind> = (typeof ACTIONS)[K][number];
