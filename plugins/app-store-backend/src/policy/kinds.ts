/** The kinds of resources that the policy knows, with their tables. */
import type { ResourceKind } from '@ai-app-store/backstage-plugin-app-store-common';
import { ALIAS_RULES, type AliasAction, type AliasFacts } from './rows/alias';
import { APP_RULES, type AppAction, type AppFacts } from './rows/app';
import {
  INSTANCE_RULES,
  type InstanceAction,
  type InstanceFacts,
} from './rows/instance';
import type { OverlayKind } from './overlay';
import { PLATFORM_RULES, type PlatformAction } from './rows/platform';
import type { RuleTable } from './rules';
import {
  SECRET_RULES,
  type SecretAction,
  type SecretFacts,
} from './rows/secret';
import { TAG_RULES, type TagAction, type TagFacts } from './rows/tag';

/** What can be asked of each kind. */
export interface Kinds {
  app: { action: AppAction; facts: AppFacts };
  instance: { action: InstanceAction; facts: InstanceFacts };
  tag: { action: TagAction; facts: TagFacts };
  secret: { action: SecretAction; facts: SecretFacts };
  alias: { action: AliasAction; facts: AliasFacts };
  platform: { action: PlatformAction; facts: undefined };
}
export type Kind = ResourceKind;

/** The table of a kind, and how policies speak of it. */
export interface KindTable<K extends Kind> {
  rules: RuleTable<Kinds[K]['action'], Kinds[K]['facts']>;
  /** The section that a denial refers to. */
  section(action: Kinds[K]['action']): string;
  overlay: OverlayKind<Kinds[K]['facts']>;
  /** Actions that no policy takes away or gives: an admin must be able to mend the policies. */
  fixed?: ReadonlyArray<Kinds[K]['action']>;
}

export const KINDS: { [K in Kind]: KindTable<K> } = {
  app: {
    rules: APP_RULES,
    section: action =>
      (({ read: '3.1', run: '3.2' } as Record<string, string>)[action] ??
      '3.3'),
    overlay: {
      owner: { of: app => app.ownerRef, column: 'apps.owner_ref' },
      visibility: { of: app => app.visibility, column: 'apps.visibility' },
      lifecycle: { of: app => app.lifecycle, column: 'apps.lifecycle' },
      names: { app: { of: app => app.name, column: 'apps.name' } },
    },
  },
  instance: {
    rules: INSTANCE_RULES,
    section: () => '3.4',
    overlay: {
      owner: {
        of: instance => instance.ownerRef,
        column: 'instances.owner_ref',
      },
      visibility: {
        of: instance => instance.visibility,
        column: 'instances.visibility',
      },
      lifecycle: {
        of: instance => instance.app.lifecycle,
        column: 'apps.lifecycle',
      },
      names: {
        instance: { of: instance => instance.id, column: 'instances.id' },
        app: { of: instance => instance.app.name, column: 'apps.name' },
      },
    },
  },
  tag: {
    rules: TAG_RULES,
    section: () => '3.5',
    overlay: { names: { tag: { of: tag => tag.name, column: 'tags.name' } } },
  },
  secret: {
    rules: SECRET_RULES,
    section: () => '3.5',
    overlay: {
      owner: { of: secret => secret.ownerRef, column: 'secrets.owner_ref' },
      visibility: {
        of: secret => secret.visibility,
        column: 'secrets.visibility',
      },
      names: {
        secret: { of: secret => secret.name, column: 'secrets.name' },
      },
    },
  },
  alias: {
    rules: ALIAS_RULES,
    section: () => '3.5',
    overlay: {
      owner: { of: alias => alias.creatorRef, column: 'aliases.creator_ref' },
      names: { alias: { of: alias => alias.name, column: 'aliases.name' } },
    },
  },
  platform: {
    rules: PLATFORM_RULES,
    section: action => (action === 'import' ? '3.3' : '3.5'),
    overlay: {},
    fixed: ['use', 'list_all', 'read_audit', 'manage_iam', 'explain_others'],
  },
};

/**
 * Whether a policy may speak of an action: one that is there and that policies count
 * for, `<kind>:*`, or `*`.
 */
export function isPolicyAction(text: string): boolean {
  if (text === '*') return true;
  const [kind, action] = text.split(/:(.*)/s);
  if (!Object.hasOwn(KINDS, kind)) return false;
  const { rules, fixed } = KINDS[kind as Kind];
  return (
    action === '*' ||
    (Object.hasOwn(rules, action) && !fixed?.some(each => each === action))
  );
}
