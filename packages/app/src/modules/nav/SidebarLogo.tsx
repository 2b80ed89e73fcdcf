import {
  Link,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import { RiStore3Fill } from '@remixicon/react';

/** The portal's mark; leads to the store. */
export function SidebarLogo() {
  const { isOpen } = useSidebarOpenState();
  return (
    <div
      style={{
        width: sidebarConfig.drawerWidthClosed,
        height: 3 * sidebarConfig.logoHeight,
        display: 'flex',
        alignItems: 'center',
        marginBottom: -14,
      }}
    >
      <Link
        to="/app-store"
        underline="none"
        aria-label="App store"
        style={{
          display: 'flex',
          alignItems: 'center',
          gap: 12,
          marginLeft: 22,
          color: '#fff',
          whiteSpace: 'nowrap',
          fontWeight: 700,
          fontSize: 18,
        }}
      >
        <RiStore3Fill size={28} color="#7df3e1" />
        {isOpen && <span>App Store</span>}
      </Link>
    </div>
  );
}
