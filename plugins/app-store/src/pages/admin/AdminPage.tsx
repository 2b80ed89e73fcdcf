import { useApi } from '@backstage/frontend-plugin-api';
import { Container, type HeaderProps } from '@backstage/ui';
import { useEffect, useRef, type ReactNode } from 'react';
import { Navigate, useParams } from 'react-router-dom';
import { appStoreApiRef } from '../../api';
import { AliasesPanel } from '../../components/AliasesPanel';
import { DeadEnd } from '../../components/DeadEnd';
import { Loading } from '../../components/Loading';
import { PageHeader } from '../../components/PageHeader';
import { ErrorPanel } from '../../components/ProblemPanel';
import { SecretsPanel } from '../../components/SecretsPanel';
import { TagsPanel } from '../../components/TagsPanel';
import { WaitFor } from '../../components/WaitFor';
import { useMe } from '../../hooks/useCached';
import { useLoad } from '../../hooks/useLoad';
import { paths } from '../../routes';
import { AccessPolicies } from './AccessPolicies';
import { AdminApps } from './AdminApps';
import { AdminDeclarations } from './AdminDeclarations';
import { AdminInstances } from './AdminInstances';
import styles from './AdminPage.module.css';
import { AuditTrail } from './AuditTrail';
import { DoctorPanel } from './DoctorPanel';
import { DoctorWarnings } from './DoctorWarnings';
import { RestoredBackup, RestoredBackupNotice } from './RestoredBackup';

const SECTIONS: Record<string, { title: string; panel: () => ReactNode }> = {
  apps: { title: 'Apps', panel: () => <AdminApps /> },
  instances: { title: 'Instances', panel: () => <AdminInstances /> },
  secrets: {
    title: 'Secrets',
    panel: () => <SecretsPanel scopes={['ALL_USERS', 'APP']} />,
  },
  tags: { title: 'Tags', panel: () => <TagsPanel /> },
  aliases: { title: 'Aliases', panel: () => <AliasesPanel all /> },
  declarations: { title: 'Declarations', panel: () => <AdminDeclarations /> },
  audit: { title: 'Audit', panel: () => <AuditTrail /> },
  policies: { title: 'Access policies', panel: () => <AccessPolicies /> },
  doctor: { title: 'Doctor', panel: () => <DoctorPanel /> },
  recovery: { title: 'Restored backup', panel: () => <RestoredBackup /> },
};
const TABS: HeaderProps['tabs'] = Object.entries(SECTIONS).map(
  ([id, { title }]) => ({ id, label: title, href: paths.adminSection(id) }),
);

/** What only admins see and do: everything in the store, whomever it belongs to. */
export function AdminPage() {
  const { section = '' } = useParams();
  const { me, error } = useMe();
  const api = useApi(appStoreApiRef);
  // Anew on each page, since it may have been decided meanwhile.
  const known = useLoad(
    async () =>
      me?.admin
        ? Promise.all([
            api.getRecovery(),
            // Without them the other notice is shown all the same.
            api.listDoctorWarnings().catch(() => undefined),
          ])
        : undefined,
    [section, me?.admin],
  );
  const [recovery, warnings] = known.value ?? [];
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    head.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [section, me]);
  if (me && !me.admin)
    return (
      <DeadEnd title="Admin">
        These pages are for admins of the store. To become one, ask an admin to
        add you to an admin group.
      </DeadEnd>
    );
  const found = SECTIONS[section];
  if (!found) return <Navigate to={paths.adminSection('apps')} replace />;
  return (
    <>
      <div className={styles.head} ref={head}>
        <PageHeader
          title="Admin"
          description="Everything in the store, of all owners. The audit log records what you do here."
          tabs={TABS}
          activeTabId={section}
        />
      </div>
      <Container pb="12">
        {error && <ErrorPanel error={error} />}
        {!me && !error && <Loading label="Loading" shape="table" lines={6} />}
        {me && (
          <WaitFor
            ready={Boolean(known.value || known.error)}
            label="Loading"
            shape="table"
            lines={6}
          >
            <section
              key={section}
              aria-label={found.title}
              className={styles.section}
            >
              {recovery?.held && section !== 'recovery' && (
                <RestoredBackupNotice />
              )}
              {section !== 'doctor' && (
                <DoctorWarnings checks={warnings?.items ?? []} />
              )}
              {found.panel()}
            </section>
          </WaitFor>
        )}
      </Container>
    </>
  );
}
