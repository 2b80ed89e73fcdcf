import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import type { ReactNode } from 'react';
import { SHORT_VISIBILITY } from '../words';
import styles from './AppFacts.module.css';
import { CopyText } from './Copy';
import { PersonName } from './PersonName';
import { When } from './When';

type Fact = [name: string, value: ReactNode];

/** Facts by their names; those without a value are left out. */
export function Facts(props: { facts: Fact[] }) {
  return (
    <dl className={styles.facts}>
      {props.facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== '' &&
          value !== false && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** What an app version is. */
export function AboutFacts(props: { app: App }) {
  const { app } = props;
  return (
    <Facts
      facts={[
        ['Name', <CopyText text={app.name} what="name" />],
        ['Version', <CopyText text={app.version} what="version" />],
        ['Owner', app.owner && <PersonName of={app.owner} />],
        ['Visible to', SHORT_VISIBILITY[app.visibility]],
        ['Imported', <When at={app.createdAt} />],
        ['Updated', <When at={app.updatedAt} />],
        ['Origin', app.origin === 'marketplace' ? 'Marketplace' : undefined],
        ['Keywords', app.keywords.join(', ')],
        ['Id', <CopyText text={app.id} what="id" />],
      ]}
    />
  );
}

/** What an app reaches, as its app.toml says. */
function reachInWords(egress: string[]): string {
  const words: Record<string, string> = {
    internet: 'the internet',
    none: 'nothing outside of the store',
  };
  return `Reaches ${egress.map(each => words[each] ?? each).join(', ')}`;
}

/** What an app asks of the cluster; a link asks for nothing. */
export function RequirementFacts(props: { app: App }) {
  const { app } = props;
  const needs = app.requirements;
  return (
    <Facts
      facts={[
        ['Runtime', needs.runtime],
        ['Memory', needs.memoryLimit],
        ['CPU', needs.cpuLimit],
        [
          'GPUs',
          needs.gpuCount
            ? `${needs.gpuCount}${needs.gpuType ? ` (${needs.gpuType})` : ''}`
            : undefined,
        ],
        [
          'Volume',
          needs.volumeSize && `${needs.volumeSize} at ${needs.volumeMount}`,
        ],
        ['Network', needs.egress && reachInWords(needs.egress)],
        ['Launch profile', app.defaultLaunchProfile],
        ['Image', app.customImage],
        ['Secrets', needs.secrets.join(', ')],
        ['System packages', needs.osPackages.join(', ')],
        ['Can run here', app.runnability.runnable ? 'Yes' : 'No'],
      ]}
    />
  );
}
