import type { Entity } from '@backstage/catalog-model';
import { Link } from '@backstage/ui';
import { paths } from '../routes';

/** Where the store shows what is declared. */
export function ResourceLink(props: {
  kind: string;
  id: string;
  entity: Entity;
}) {
  const { kind, id, entity } = props;
  const name = encodeURIComponent(
    String(entity.spec?.name ?? entity.metadata.name),
  );
  const hrefs: Record<string, string> = {
    App: paths.app(id),
    AppInstance: paths.instance(id),
    AppTag: `${paths.store}?tag=${name}`,
    AppSecret: `${paths.secrets}?search=${name}`,
    AppAlias: `${paths.aliases}?search=${name}`,
  };
  return <Link href={hrefs[kind] ?? paths.store}>Open in the App Store</Link>;
}
