import type { Tag } from '@ai-app-store/backstage-plugin-app-store-common';
import { Select, useBreakpoint } from '@backstage/ui';
import { KIND_ORDER, TAG_KINDS } from '../words';
import styles from './CategoryNav.module.css';

const ALL = '-';

/**
 * The categories beside the store; a list to choose from where the window is narrow.
 * A store without categories offers its other tags, which are better than nothing.
 */
export function CategoryNav(props: {
  tags: Tag[];
  chosen: string;
  onChoose: (name: string) => void;
}) {
  const { tags, chosen, onChoose } = props;
  const narrow = useBreakpoint().down('md');
  const categories = tags.filter(tag => tag.kind === 'CATEGORY');
  const groups = KIND_ORDER.flatMap(kind => {
    const offered = tags.filter(
      tag =>
        tag.kind === kind &&
        (kind === 'CATEGORY' || !categories.length || tag.name === chosen),
    );
    return offered.length ? [{ kind, offered }] : [];
  });
  if (narrow)
    return (
      <Select
        aria-label="Category"
        options={[
          { value: ALL, label: 'All apps' },
          ...groups.flatMap(({ offered }) =>
            offered.map(tag => ({ value: tag.name, label: tag.title })),
          ),
        ]}
        value={chosen || ALL}
        onChange={key => onChoose(key === ALL ? '' : String(key))}
      />
    );
  const entry = (name: string, title: string) => (
    <button
      key={name}
      type="button"
      className={styles.entry}
      aria-pressed={chosen === name}
      onClick={() => onChoose(chosen === name ? '' : name)}
    >
      {title}
    </button>
  );
  return (
    <nav aria-label="Categories" className={styles.nav}>
      {entry('', 'All apps')}
      {groups.map(({ kind, offered }) => (
        <div key={kind} role="group" aria-label={TAG_KINDS[kind].many}>
          <p className={styles.kind}>{TAG_KINDS[kind].many}</p>
          {offered.map(tag => entry(tag.name, tag.title))}
        </div>
      ))}
    </nav>
  );
}
