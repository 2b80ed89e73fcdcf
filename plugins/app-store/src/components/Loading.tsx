/**
 * What stands where something is loading, in the shape of what comes: as wide, about as
 * high, and of a colour that can be told from the page's.
 */
import { Skeleton } from '@backstage/ui';
import type { CSSProperties, ReactNode } from 'react';
import styles from './Loading.module.css';

/** What comes. */
export type LoadingShape =
  | 'tiles'
  | 'rows'
  | 'table'
  | 'facts'
  | 'text'
  | 'field'
  | 'button'
  | 'picture';

/** A bar of a skeleton; as wide as there is room where no width is said. */
export function Bone(props: {
  width?: CSSProperties['width'];
  height?: CSSProperties['height'];
  rounded?: boolean;
  className?: string;
}) {
  const { width = '100%', height = 16, rounded, className } = props;
  return (
    <Skeleton
      width={width}
      height={height}
      rounded={rounded}
      className={`${styles.bone} ${className ?? ''}`}
    />
  );
}

function Tile() {
  return (
    <div className={styles.tile}>
      <Bone width={56} height={56} className={styles.icon} />
      <div className={styles.lines}>
        <Bone width="55%" height={18} />
        <Bone width="95%" height={14} />
        <Bone width="70%" height={14} />
      </div>
    </div>
  );
}

function Row() {
  return (
    <div className={styles.row}>
      <Bone width={40} height={40} className={styles.icon} />
      <div className={styles.lines}>
        <Bone width="min(14rem, 80%)" height={16} />
        <Bone width="min(24rem, 95%)" height={12} />
      </div>
      <Bone width={80} height={14} className={styles.wide} />
      <Bone width={220} height={32} className={styles.wide} />
    </div>
  );
}

function TableRow() {
  return (
    <div className={styles.cells}>
      <Bone width="70%" />
      <Bone width="60%" />
      <Bone width="50%" className={styles.wide} />
      <Bone width="60%" className={styles.wide} />
      <Bone width={90} height={28} className={styles.wide} />
    </div>
  );
}

const times = (n: number, one: (i: number) => ReactNode) =>
  Array.from({ length: n }, (_, i) => one(i));

function Shape(props: { shape: LoadingShape; lines: number }) {
  const { shape, lines } = props;
  switch (shape) {
    case 'tiles':
      return (
        <div className={styles.tiles}>
          {times(lines, i => (
            <Tile key={i} />
          ))}
        </div>
      );
    case 'rows':
      return (
        <>
          {times(lines, i => (
            <Row key={i} />
          ))}
        </>
      );
    case 'table':
      return (
        <>
          {times(lines, i => (
            <TableRow key={i} />
          ))}
        </>
      );
    case 'facts':
      return (
        <div className={styles.facts}>
          {times(lines, i => (
            <div key={i} className={styles.fact}>
              <Bone width={`${50 + ((i * 17) % 30)}%`} height={14} />
              <Bone width={`${60 + ((i * 23) % 35)}%`} height={14} />
            </div>
          ))}
        </div>
      );
    case 'field':
      return (
        <div className={styles.lines}>
          <Bone width="30%" height={14} />
          <Bone height={40} />
        </div>
      );
    case 'button':
      return <Bone width={120} height={36} />;
    case 'picture':
      return <Bone height="auto" className={styles.picture} />;
    default:
      return (
        <div className={styles.lines}>
          {times(lines, i => (
            <Bone key={i} width={`${95 - ((i * 27) % 40)}%`} height={14} />
          ))}
        </div>
      );
  }
}

/** A placeholder in the shape of what is loading, with a label for screen readers. */
export function Loading(props: {
  /** What is loading: `Loading your instances`. */
  label: string;
  shape: LoadingShape;
  /** How many rows, tiles, facts or lines. */
  lines?: number;
}) {
  const { label, shape, lines = 3 } = props;
  return (
    <div
      role="status"
      aria-busy="true"
      aria-label={label}
      data-shape={shape}
      className={styles.loading}
    >
      <Shape shape={shape} lines={lines} />
    </div>
  );
}
