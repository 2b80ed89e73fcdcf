import { usePicture } from './AppIcon';
import { Loading } from './Loading';
import styles from './Screenshots.module.css';

function Screenshot(props: { path: string; title: string; index: number }) {
  const url = usePicture(props.path);
  return url ? (
    <img
      className={styles.screenshot}
      src={url}
      alt={`Screenshot ${props.index + 1} of ${props.title}`}
      loading="lazy"
    />
  ) : (
    <Loading label="Loading a picture" shape="picture" />
  );
}

/** Pictures of an app, in the order of their file names. */
export function Screenshots(props: { paths: string[]; title: string }) {
  if (!props.paths.length) return null;
  return (
    <section
      className={styles.screenshots}
      data-one={props.paths.length === 1 || undefined}
      aria-label="Screenshots"
    >
      {props.paths.map((path, index) => (
        <Screenshot key={path} path={path} title={props.title} index={index} />
      ))}
    </section>
  );
}
