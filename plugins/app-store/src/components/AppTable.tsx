import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Checkbox, Link, Text } from '@backstage/ui';
import { RiAlertLine, RiDownloadLine, RiSettings3Line } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useAction } from '../hooks/useAction';
import { paths } from '../routes';
import { SHORT_VISIBILITY } from '../words';
import { AppIcon } from './AppIcon';
import styles from './AppTable.module.css';

/** Offers what a request answered with as a file. */
async function saveAs(response: Response, name: string): Promise<void> {
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function Row(props: {
  app: App;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
  onOptions: () => void;
}) {
  const { app, chosen, onChoose, onOptions } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const about = `${app.title} ${app.version}`;
  const download = () =>
    act(async () => {
      const name = `${app.name}.${app.version}.wave`;
      await saveAs(await api.downloadApp(app.id), name);
      toast.post({ title: `${name} was downloaded`, status: 'success' });
    });
  return (
    <tr className={styles.row}>
      <td className={styles.check}>
        <Checkbox
          aria-label={`Choose ${about}`}
          isSelected={chosen}
          onChange={onChoose}
        />
      </td>
      <td className={styles.app}>
        <AppIcon title={app.title} path={app.icon} size={32} />
        <div>
          <Link href={paths.app(app.id)} weight="bold" color="primary">
            {app.title}
          </Link>
          <Text as="p" variant="body-small" color="secondary">
            {app.name} {app.version}
          </Text>
          {app.runnability.problems.map(problem => (
            <p key={problem.message} className={styles.hint}>
              <RiAlertLine aria-hidden="true" size={16} />
              <span>
                {problem.message} {problem.remedy}
              </span>
            </p>
          ))}
        </div>
      </td>
      <td data-label="Visible to" className={styles.short}>
        {SHORT_VISIBILITY[app.visibility]}
      </td>
      <td data-label="Tags">
        {(app.tags ?? []).map(tag => tag.title).join(', ') || 'none'}
      </td>
      <td data-label="Imported" className={styles.short}>
        {new Date(app.createdAt).toLocaleDateString()}
      </td>
      <td className={styles.actions}>
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiSettings3Line />}
          aria-label={`Options of ${about}`}
          onPress={onOptions}
        >
          Options
        </Button>
        {app.can.download && (
          <Button
            size="small"
            variant="secondary"
            iconStart={<RiDownloadLine />}
            isDisabled={busy}
            aria-label={`Download ${about}`}
            onPress={download}
          >
            Download
          </Button>
        )}
      </td>
    </tr>
  );
}

/** App versions, one a row; as cards where the window is narrow. */
export function AppTable(props: {
  apps: App[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onOptions: (id: string) => void;
}) {
  const { apps, chosen, onChoose, onOptions } = props;
  const all = apps.every(app => chosen.has(app.id));
  const some = apps.some(app => chosen.has(app.id));
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <table className={styles.table} aria-label="My apps">
      <thead>
        <tr>
          <th scope="col">
            <Checkbox
              aria-label="Choose all"
              isSelected={all}
              isIndeterminate={some && !all}
              onChange={on =>
                onChoose(new Set(on ? apps.map(app => app.id) : []))
              }
            >
              <span className={styles.allWords}>Choose all</span>
            </Checkbox>
          </th>
          <th scope="col">App</th>
          <th scope="col">Visible to</th>
          <th scope="col">Tags</th>
          <th scope="col">Imported</th>
          <th scope="col">Actions</th>
        </tr>
      </thead>
      <tbody>
        {apps.map(app => (
          <Row
            key={app.id}
            app={app}
            chosen={chosen.has(app.id)}
            onChoose={on => choose(app.id, on)}
            onOptions={() => onOptions(app.id)}
          />
        ))}
      </tbody>
    </table>
  );
}
