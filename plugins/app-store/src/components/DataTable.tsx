/**
 * A table whose rows become cards where there is little room, with the names of the
 * columns inside; a table to screen readers in both shapes.
 */
import { Checkbox } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './DataTable.module.css';

/** One column. */
export interface DataColumn<T> {
  label: string;
  cell: (item: T) => ReactNode;
  /** Stays on one line. */
  short?: boolean;
  /** The first thing of a card, without the column's name. */
  lead?: boolean;
  /** Its name is for screen readers alone. */
  quiet?: boolean;
}

/** Rows that can be chosen. */
export interface Choosing<T> {
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  nameOf: (item: T) => string;
}

function ChooseAll<T extends { id: string }>(props: {
  items: T[];
  choosing: Choosing<T>;
}) {
  const { items, choosing } = props;
  const all = items.every(item => choosing.chosen.has(item.id));
  const some = items.some(item => choosing.chosen.has(item.id));
  return (
    <Checkbox
      aria-label="Select all"
      isSelected={all}
      isIndeterminate={some && !all}
      onChange={on =>
        choosing.onChoose(new Set(on ? items.map(item => item.id) : []))
      }
    >
      <span className={styles.allWords}>Select all</span>
    </Checkbox>
  );
}

/** A table of items, shown as cards where there is little room. `choosing` adds a checkbox to each row. */
export function DataTable<T extends { id: string }>(props: {
  label: string;
  items: T[];
  columns: Array<DataColumn<T>>;
  choosing?: Choosing<T>;
}) {
  const { label, items, columns, choosing } = props;
  const choose = (id: string, on: boolean) => {
    const next = new Set(choosing!.chosen);
    if (on) next.add(id);
    else next.delete(id);
    choosing!.onChoose(next);
  };
  return (
    // The roles are said because cards lay the parts out as blocks, which browsers take for no table.
    /* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
    <div className={styles.place}>
      <table className={styles.table} aria-label={label} role="table">
        <thead
          className={choosing ? styles.choosing : undefined}
          role="rowgroup"
        >
          <tr role="row">
            {choosing && (
              <th scope="col" role="columnheader" className={styles.check}>
                <ChooseAll items={items} choosing={choosing} />
              </th>
            )}
            {columns.map(column => (
              <th
                key={column.label}
                scope="col"
                role="columnheader"
                className={styles.name}
              >
                <span className={column.quiet ? styles.quiet : undefined}>
                  {column.label}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map(item => (
            <tr key={item.id} className={styles.row} role="row">
              {choosing && (
                <td className={styles.check} role="cell">
                  <Checkbox
                    aria-label={`Select ${choosing.nameOf(item)}`}
                    isSelected={choosing.chosen.has(item.id)}
                    onChange={on => choose(item.id, on)}
                  />
                </td>
              )}
              {columns.map(column => (
                <td
                  key={column.label}
                  role="cell"
                  data-label={
                    column.lead || column.quiet ? undefined : column.label
                  }
                  className={[
                    column.short && styles.short,
                    column.quiet && styles.end,
                  ]
                    .filter(Boolean)
                    .join(' ')}
                >
                  {/* One part beside the name of the column, however many it has. */}
                  <div>{column.cell(item)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    /* eslint-enable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
  );
}
