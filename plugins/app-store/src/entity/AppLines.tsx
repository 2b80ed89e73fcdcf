import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { ButtonLink, Link, Text } from '@backstage/ui';
import { AppIcon } from '../components/AppIcon';
import { AppDescription, AppTitle } from '../components/AppTitle';
import { paths } from '../routes';
import styles from './entity.module.css';

function AppLine(props: { app: App }) {
  const { app } = props;
  return (
    <li className={styles.app}>
      <AppIcon title={app.title} path={app.icon} size={40} />
      <div className={styles.name}>
        <Link href={paths.app(app.id)}>
          <AppTitle title={app.title} />
        </Link>
        <Text as="p" variant="body-small" color="secondary">
          <AppDescription>
            {[app.version, app.description].filter(Boolean).join(' · ')}
          </AppDescription>
        </Text>
      </div>
      <ButtonLink
        size="small"
        variant="secondary"
        href={paths.app(app.id)}
        aria-label={`Open ${app.title} in the App Store`}
      >
        Open
      </ButtonLink>
    </li>
  );
}

/** Apps, one in a line, each with the way to its page. */
export function AppLines(props: { apps: App[] }) {
  return (
    <ul className={styles.apps}>
      {props.apps.map(app => (
        <AppLine key={app.id} app={app} />
      ))}
    </ul>
  );
}
