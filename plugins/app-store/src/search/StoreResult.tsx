/** A result of portal search that is about the store. */
import {
  CATALOG_NAMESPACE,
  VISITORS_NAMESPACE,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Link } from '@backstage/core-components';
import type { SearchDocument } from '@backstage/plugin-search-common';
import { Text } from '@backstage/ui';
import { AppDescription, AppTitle } from '../components/AppTitle';
import { KINDS } from './kinds';
import styles from './search.module.css';

/** What the catalog's collator says of an entity, and search-backend-module-app-store of an app. */
interface StoreDocument extends SearchDocument {
  kind?: string;
  namespace?: string;
  appName?: string;
  appVersion?: string;
  description?: string;
}

/** One of what the store's provider put into the catalog; the others are declared in a repository. */
const isOfIndex = ({ namespace }: StoreDocument) =>
  namespace === CATALOG_NAMESPACE || namespace === VISITORS_NAMESPACE;

function sentence(document: StoreDocument): string {
  const { appName, appVersion, kind } = document;
  if (appName) return `App · version ${appVersion} · ${appName}`;
  const { label, one } = KINDS.find(each => each.kind === kind)!;
  return isOfIndex(document) ? label : `Declaration of ${one}`;
}

/**
 * Whether a result of portal search is about something of the store.
 *
 * @public
 */
export function isStoreResult(result: { document: SearchDocument }): boolean {
  const { kind } = result.document as StoreDocument;
  return KINDS.some(each => each.kind === kind);
}

/**
 * A result of portal search that {@link isStoreResult} is true of.
 *
 * @public
 */
export function StoreResult(props: { result?: SearchDocument }) {
  const document: StoreDocument | undefined = props.result;
  if (!document) return null;
  const description = document.description ?? document.text;
  return (
    <div className={styles.result}>
      <Link to={document.location} className={styles.title}>
        <AppTitle title={document.title} />
      </Link>
      {description && (
        <Text as="p">
          <AppDescription>{description}</AppDescription>
        </Text>
      )}
      <Text as="p" variant="body-small" color="secondary">
        {sentence(document)}
      </Text>
    </div>
  );
}
