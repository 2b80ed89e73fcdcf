import { Header, useBreakpoint, type HeaderProps } from '@backstage/ui';
import { useEffect } from 'react';
import { useBranding } from '../hooks/useBranding';
import { paths } from '../routes';

/** The way back by one step; none where buttons stand in its place. */
function lastOf(
  { customActions }: HeaderProps,
  breadcrumbs: HeaderProps['breadcrumbs'],
) {
  return customActions ? undefined : breadcrumbs?.slice(-1);
}

/** The head of a page: its title, in the window's title too, and the way back. The store's page has none above it. */
export function PageHeader(
  props: HeaderProps & {
    title: string;
    home?: boolean;
    /** The page has a button that leads back. */
    alone?: boolean;
  },
) {
  const { title, breadcrumbs = [], home, alone, ...rest } = props;
  const narrow = useBreakpoint().down('sm');
  const store = useBranding().title;
  useEffect(() => {
    const before = document.title;
    document.title = home ? store : `${title} · ${store}`;
    return () => {
      document.title = before;
    };
  }, [title, store, home]);
  const way = home ? [] : [{ label: store, href: paths.store }, ...breadcrumbs];
  const short = alone ? undefined : lastOf(props, way);
  return (
    <Header
      {...rest}
      title={home ? store : title}
      // On a narrow window what is left of the line is the title's.
      breadcrumbs={narrow ? short : way}
    />
  );
}
