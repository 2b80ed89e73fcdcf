import type { DoctorCheck } from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, ButtonLink } from '@backstage/ui';
import { paths } from '../../routes';

/** On every admin page: what does not hold and concerns everything. */
export function DoctorWarnings(props: { checks: DoctorCheck[] }) {
  return (
    <>
      {props.checks.map(({ id, title, message, remedy }) => (
        <Alert
          key={id}
          status="danger"
          icon
          mb="4"
          title={title}
          description={[message, remedy].filter(Boolean).join(' ')}
          customActions={
            <ButtonLink
              size="small"
              variant="secondary"
              href={paths.adminSection('doctor')}
            >
              Doctor
            </ButtonLink>
          }
        />
      ))}
    </>
  );
}
