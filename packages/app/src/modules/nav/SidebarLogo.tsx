import {
  Link,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import { useBranding } from '@ai-app-store/backstage-plugin-app-store';
import { RiStore3Fill } from '@remixicon/react';

/** The store's mark, its own where it has one; leads to the store. */
export function SidebarLogo() {
  const { isOpen } = useSidebarOpenState();
  const { title, logoUrl, color } = useBranding();
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
        aria-label={title}
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
        {logoUrl ? (
          <img src={logoUrl} alt="" width={28} height={28} />
        ) : (
          <RiStore3Fill size={28} color={color ?? '#7df3e1'} />
        )}
        {isOpen && <span>{title}</span>}
      </Link>
    </div>
  );
}
