/** Who is signed in, as whom the store knows them, and the way out; at the end of the navigation, on narrow windows behind their picture. */
import { SidebarItem, useSidebarOpenState } from '@backstage/core-components';
import {
  errorApiRef,
  identityApiRef,
  useApi,
} from '@backstage/frontend-plugin-api';
import { useUserProfile } from '@backstage/plugin-user-settings';
import { Avatar } from '@backstage/ui';
import { useMe } from '@ai-app-store/backstage-plugin-app-store';
import { RiLogoutBoxRLine } from '@remixicon/react';
import styles from './Account.module.css';

/** What somebody may do in the store, in a word. */
function roleOf(me: NonNullable<ReturnType<typeof useMe>['me']>): string {
  if (me.admin) return 'Admin';
  return me.kind === 'visitor' ? 'Visitor' : 'Full access';
}

function useAccount() {
  const { me } = useMe();
  const { profile, displayName } = useUserProfile();
  return {
    name: me?.displayName || displayName,
    picture: profile.picture ?? '',
    ref: me?.userEntityRef,
    role: me && roleOf(me),
  };
}

/** Their picture, or their initials. */
export function AccountAvatar(props: { size?: 'small' | 'medium' }) {
  const { name, picture } = useAccount();
  return (
    <Avatar
      src={picture}
      name={name}
      size={props.size ?? 'small'}
      purpose="decoration"
      className={styles.avatar}
    />
  );
}

/** Who is signed in: picture or initials, name and role. */
export function Account() {
  const { isOpen } = useSidebarOpenState();
  const { name, ref, role } = useAccount();
  const whole = [name, role].filter(Boolean).join(', ');
  return (
    <div
      className={styles.account}
      data-open={isOpen || undefined}
      title={[whole, ref].filter(Boolean).join('\n')}
      role="group"
      aria-label="Signed in as"
    >
      <AccountAvatar size="medium" />
      <span className={isOpen ? styles.words : styles.hidden}>
        <span className={styles.name}>{name}</span>
        <span className={styles.role}>{role}</span>
      </span>
    </div>
  );
}

/** Signs out of the portal, and of every app that was opened from it. */
export function SignOut() {
  const identity = useApi(identityApiRef);
  const errors = useApi(errorApiRef);
  return (
    <SidebarItem
      icon={() => <RiLogoutBoxRLine />}
      text="Sign out"
      onClick={() => {
        identity.signOut().catch((error: Error) => errors.post(error));
      }}
    />
  );
}
