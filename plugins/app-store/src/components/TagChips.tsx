import type { AppTag } from '@ai-app-store/backstage-plugin-app-store-common';
import styles from './TagChips.module.css';

/** One tag: its colour, its title; `strong` where it is what a line is about. */
export function TagChip(props: {
  tag: Pick<AppTag, 'title' | 'color' | 'description'>;
  strong?: boolean;
}) {
  const { tag } = props;
  return (
    <span
      className={styles.chip}
      data-strong={props.strong || undefined}
      title={tag.description || undefined}
    >
      <span
        className={styles.swatch}
        style={{ background: tag.color }}
        aria-hidden="true"
      />
      {tag.title}
    </span>
  );
}

/** Tags that an app bears. */
export function TagChips(props: { tags: AppTag[]; label?: string }) {
  if (!props.tags.length) return null;
  return (
    <ul className={styles.chips} aria-label={props.label ?? 'Tags'}>
      {props.tags.map(tag => (
        <li key={tag.id}>
          <TagChip tag={tag} />
        </li>
      ))}
    </ul>
  );
}
