import { useApi } from '@backstage/frontend-plugin-api';
import { useEffect, useState } from 'react';
import { appStoreApiRef } from '../api';
import styles from './AppIcon.module.css';

const cache = new Map<string, Promise<string>>();

/** The address of a picture of the store, for `<img>`: fetched with the reader's token, kept for the page's life. */
export function usePicture(path: string | undefined): string | undefined {
  const api = useApi(appStoreApiRef);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let current = true;
    setUrl(undefined);
    if (!path) return undefined;
    let picture = cache.get(path);
    if (!picture) {
      picture = api.getAsset(path).then(blob => URL.createObjectURL(blob));
      cache.set(path, picture);
      picture.catch(() => cache.delete(path));
    }
    picture.then(
      value => current && setUrl(value),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [api, path]);
  return url;
}

/** An app's icon; its initial where it has none. Decoration: the title stands beside it. */
export function AppIcon(props: {
  title: string;
  path?: string;
  size?: number;
}) {
  const { title, path, size = 48 } = props;
  const url = usePicture(path);
  const style = { width: size, height: size, fontSize: size * 0.45 };
  if (url)
    return <img className={styles.icon} style={style} src={url} alt="" />;
  return (
    <span className={styles.placeholder} style={style} aria-hidden="true">
      {path ? '' : title.slice(0, 1).toLocaleUpperCase()}
    </span>
  );
}
