import { Header, useBreakpoint, type HeaderProps } from '@backstage/ui';
import { useEffect } from 'react';

const STORE = 'App Store';

/** The way back by one step; none where buttons stand in its place. */
function lastOf({ breadcrumbs, customActions }: HeaderProps) {
  return customActions ? undefined : breadcrumbs?.slice(-1);
}

/** The head of a page: its title, in the window's title too, and the way back. */
export function PageHeader(props: HeaderProps & { title: string }) {
  const { title, breadcrumbs, ...rest } = props;
  const narrow = useBreakpoint().down('sm');
  useEffect(() => {
    const before = document.title;
    document.title = title === STORE ? STORE : `${title} · ${STORE}`;
    return () => {
      document.title = before;
    };
  }, [title]);
  return (
    <Header
      {...rest}
      title={title}
      // On a narrow window what is left of the line is the title's.
      breadcrumbs={narrow ? lastOf(props) : breadcrumbs}
    />
  );
}
