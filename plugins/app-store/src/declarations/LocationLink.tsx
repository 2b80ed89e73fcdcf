import { Link } from '@backstage/ui';
import { locationUrl } from './words';

/** The file that declares something; nothing where that is no file on the web. */
export function LocationLink(props: { location: string | undefined }) {
  const url = locationUrl(props.location);
  if (!url) return null;
  return (
    <Link href={url} target="_blank" rel="noreferrer">
      {url.replace(/^https?:\/\//, '')}
    </Link>
  );
}
