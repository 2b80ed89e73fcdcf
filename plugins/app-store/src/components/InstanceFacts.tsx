import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Link } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useNow } from '../hooks/useNow';
import { paths } from '../routes';
import { duration, SHORT_VISIBILITY } from '../words';
import { Facts } from './AppFacts';
import { CopyText } from './Copy';
import { PersonName } from './PersonName';
import { When } from './When';

/** When an instance is suspended automatically. */
function deadline(instance: AppInstance, now: number): ReactNode {
  if (!['PENDING', 'DEPLOYED'].includes(instance.status)) return undefined;
  if (instance.suspending) return undefined;
  if (!instance.suspendAfter) return 'Never';
  return (
    <>
      In {duration(Date.parse(instance.suspendAfter) - now)},{' '}
      <When at={instance.suspendAfter} />
      {instance.extended ? ' (extended once)' : ''}
    </>
  );
}

/** What an instance is, where it is opened, and what it was started with. */
export function InstanceFacts(props: { instance: AppInstance }) {
  const { instance } = props;
  const now = useNow(30_000);
  const parameters = Object.entries(instance.parameters ?? {});
  return (
    <Facts
      facts={[
        ['Address', <CopyText text={instance.url} what="address" />],
        ['Who can open it', SHORT_VISIBILITY[instance.visibility]],
        [
          'App',
          <Link href={paths.app(instance.appId)}>
            {instance.appTitle} {instance.appVersion}
          </Link>,
        ],
        ['Owner', instance.owner && <PersonName of={instance.owner} />],
        ['Started', <When at={instance.createdAt} />],
        ['Auto-suspend', deadline(instance, now)],
        [
          'Volume kept until',
          instance.purgeAfter && (
            <>
              <When at={instance.purgeAfter} />,{' '}
              {duration(Date.parse(instance.purgeAfter) - now)} left
            </>
          ),
        ],
        ['Launch profile', instance.launchProfile],
        [
          'Parameters',
          parameters.length
            ? parameters.map(([name, value]) => (
                <div key={name}>
                  {name} = {value}
                </div>
              ))
            : undefined,
        ],
        [
          'Restarts',
          instance.restartCount ? String(instance.restartCount) : undefined,
        ],
        ['Id', <CopyText text={instance.id} what="id" />],
      ]}
    />
  );
}
