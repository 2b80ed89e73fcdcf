import { useApi } from '@backstage/frontend-plugin-api';
import {
  isUp,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Link, Text } from '@backstage/ui';
import { RiHeartFill, RiPushpinFill } from '@remixicon/react';
import { useNavigate } from 'react-router-dom';
import type { MouseEvent } from 'react';
import { appStoreApiRef } from '../api';
import { usePass } from '../hooks/useOpenApp';
import { paths } from '../routes';
import { AppIcon } from './AppIcon';
import styles from './AppTile.module.css';
import { AppDescription, AppTitle } from './AppTitle';
import { TagChips } from './TagChips';

/** What kind of way in a tile is, where it is no page. */
function leadOf(app: App): string | undefined {
  if (app.lifecycle === 'LINK') return 'Opens the link';
  if (app.lifecycle === 'MANAGED') return 'Opens the shared instance';
  return undefined;
}

/**
 * One app in the store. A LINK leads to its address; a MANAGED app to its newest
 * instance that runs, and to its page where there is none that the reader may open
 * (specification 4.3). Both keep a second way, to the page of details.
 */
export function AppTile(props: { app: App; small?: boolean }) {
  const { app, small } = props;
  const api = useApi(appStoreApiRef);
  const navigate = useNavigate();
  const pass = usePass();
  const lead = leadOf(app);
  const openManaged = async (event: MouseEvent) => {
    // Whoever asks for a tab of its own gets the page of details there.
    if (event.defaultPrevented || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    try {
      const managed = await api.getManagedInstance(app.id);
      // Its page says why it is not open.
      if (!isUp(managed)) throw new Error('not running');
      window.location.assign(await pass(managed.url));
    } catch {
      navigate(paths.app(app.id));
    }
  };
  const title = {
    variant: 'title-x-small' as const,
    color: 'primary' as const,
    weight: 'bold' as const,
    standalone: true,
    className: styles.link,
  };
  return (
    <li className={styles.tile} data-small={small || undefined}>
      <AppIcon title={app.title} path={app.icon} size={small ? 40 : 56} />
      <div className={styles.words}>
        <h3 className={styles.title}>
          {app.lifecycle === 'LINK' && app.linkAddress ? (
            <Link {...title} href={app.linkAddress}>
              <AppTitle title={app.title} />
            </Link>
          ) : (
            <Link
              {...title}
              href={paths.app(app.id)}
              onClick={
                app.lifecycle === 'MANAGED' && !app.can.update
                  ? openManaged
                  : undefined
              }
            >
              <AppTitle title={app.title} />
            </Link>
          )}
        </h3>
        {!small && (
          <Text
            as="p"
            variant="body-small"
            color="secondary"
            className={styles.description}
          >
            <AppDescription>{app.description}</AppDescription>
          </Text>
        )}
        {!small && app.tags && <TagChips tags={app.tags} />}
        {!small && !app.runnability.runnable && app.lifecycle !== 'LINK' && (
          <Text as="p" variant="body-small" className={styles.description}>
            Cannot run here
          </Text>
        )}
        {lead && !small && (
          <p className={styles.lead}>
            {lead} ·{' '}
            <span className={styles.details}>
              <Link
                href={paths.app(app.id)}
                variant="body-small"
                aria-label={`Details of ${app.title}`}
              >
                Details
              </Link>
            </span>
          </p>
        )}
      </div>
      {(app.pinned || app.liked) && !small && (
        <span className={styles.marks}>
          {app.pinned && <RiPushpinFill size={16} aria-label="Pinned" />}
          {app.liked && <RiHeartFill size={16} aria-label="Liked" />}
        </span>
      )}
    </li>
  );
}
