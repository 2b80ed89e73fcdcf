import { SidebarItem } from '@backstage/core-components';
import {
  useBranding,
  useMe,
  useStore,
} from '@ai-app-store/backstage-plugin-app-store';
import {
  RiApps2Line,
  RiKey2Line,
  RiLinksLine,
  RiPlayCircleLine,
  RiPriceTag3Line,
  RiShieldUserLine,
  RiStore2Line,
  RiTerminalBoxLine,
} from '@remixicon/react';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import styles from './StoreItems.module.css';

/** What stands below the store's pages waits until these are there: it would jump. */
export function OnceKnown(props: { children: ReactNode }) {
  const { me, error } = useMe();
  return me || error ? <>{props.children}</> : null;
}

/** Places of entries, as many as most people have, until it is known who reads. */
function Pending() {
  return (
    <div aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e'].map(key => (
        <div key={key} className={styles.pending} />
      ))}
    </div>
  );
}

/** The store's pages, by what the reader may see: visitors run apps, full access adds one's own, admins govern. */
export function StoreItems() {
  const { me, visitor, error } = useMe();
  const { value: store } = useStore();
  const { title } = useBranding();
  const { pathname } = useLocation();
  const full = visitor === false;
  return (
    <>
      <SidebarItem
        icon={() => <RiStore2Line />}
        to="/app-store"
        text={title}
        // The store's page and the apps' are one place; all others have an entry of their own.
        end={!pathname.startsWith('/app-store/apps/')}
      />
      <SidebarItem
        icon={() => <RiPlayCircleLine />}
        to="/app-store/instances"
        text="My instances"
      />
      {!me && !error && <Pending />}
      {full && (
        <>
          <SidebarItem
            icon={() => <RiApps2Line />}
            to="/app-store/my-apps"
            text="My apps"
          />
          <SidebarItem
            icon={() => <RiKey2Line />}
            to="/app-store/secrets"
            text="Secrets"
          />
          <SidebarItem
            icon={() => <RiPriceTag3Line />}
            to="/app-store/tags"
            text="Tags"
          />
          <SidebarItem
            icon={() => <RiLinksLine />}
            to="/app-store/aliases"
            text="Aliases"
          />
        </>
      )}
      {me && (full || store?.publicMode === false) && (
        <SidebarItem
          icon={() => <RiTerminalBoxLine />}
          to="/app-store/access"
          text="CLI and API"
        />
      )}
      {me?.admin && (
        <SidebarItem
          icon={() => <RiShieldUserLine />}
          to="/app-store/admin"
          text="Admin"
        />
      )}
    </>
  );
}
