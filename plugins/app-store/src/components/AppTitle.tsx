/** What authors call their apps, in the room that a list has for it. */
import styles from './AppTitle.module.css';

/** Fewer characters are on two lines wherever a title stands. */
const SHORT = 40;

/** The title of an app, and its version where one is said: two lines at most; the whole of it is its tooltip. */
export function AppTitle(props: { title: string; version?: string }) {
  const { title, version } = props;
  const whole = version ? `${title} ${version}` : title;
  return (
    <span
      dir="auto"
      className={styles.title}
      title={whole.length > SHORT ? whole : undefined}
    >
      {whole}
    </span>
  );
}

/** What an app is for: three lines at most. */
export function AppDescription(props: { children: string }) {
  return (
    <span dir="auto" className={styles.description}>
      {props.children}
    </span>
  );
}
