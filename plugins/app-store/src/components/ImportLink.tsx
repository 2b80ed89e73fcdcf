import { ButtonLink } from '@backstage/ui';
import { RiUpload2Line } from '@remixicon/react';
import { paths } from '../routes';

/** The way to the page that imports an app. */
export function ImportLink(props: { variant?: 'primary' | 'secondary' }) {
  return (
    <ButtonLink
      href={paths.import}
      variant={props.variant ?? 'primary'}
      iconStart={<RiUpload2Line />}
    >
      Import an app
    </ButtonLink>
  );
}
