import {
  Sidebar,
  SidebarDivider,
  SidebarGroup,
  SidebarItem,
  SidebarScrollWrapper,
  SidebarSpace,
} from '@backstage/core-components';
import { NavContentBlueprint } from '@backstage/plugin-app-react';
import { SidebarSearchModal } from '@backstage/plugin-search';
import MenuIcon from '@material-ui/icons/Menu';
import SearchIcon from '@material-ui/icons/Search';
import { SearchModal } from '../search';
import { Account, AccountAvatar, SignOut } from './Account';
import { SidebarLogo } from './SidebarLogo';
import { OnceKnown, StoreItems } from './StoreItems';

/** The portal's navigation: the store first. */
export const SidebarContent = NavContentBlueprint.make({
  params: {
    component: ({ navItems }) => {
      const nav = navItems.withComponent(item => (
        <SidebarItem icon={() => item.icon} to={item.href} text={item.title} />
      ));
      // Search has its own place above; the store's entries are told apart below.
      nav.take('page:search');
      nav.take('page:app-store');
      // Blank without an entity to begin with: the pages of entities lead there.
      nav.take('page:catalog-graph');
      const catalog = nav.take('page:catalog');
      const settings = nav.take('page:user-settings');
      return (
        <Sidebar>
          <SidebarLogo />
          <SidebarGroup label="Search" icon={<SearchIcon />} to="/search">
            <SidebarSearchModal>
              {({ toggleModal }) => <SearchModal onClose={toggleModal} />}
            </SidebarSearchModal>
          </SidebarGroup>
          <SidebarDivider />
          <SidebarGroup label="Menu" icon={<MenuIcon />}>
            <StoreItems />
            <OnceKnown>
              <SidebarDivider />
              {catalog}
              <SidebarScrollWrapper>
                {nav.rest({ sortBy: 'title' })}
              </SidebarScrollWrapper>
            </OnceKnown>
          </SidebarGroup>
          <SidebarSpace />
          <SidebarDivider />
          <SidebarGroup label="Account" icon={<AccountAvatar />}>
            <Account />
            {settings}
            <SignOut />
          </SidebarGroup>
        </Sidebar>
      );
    },
  },
});
