/**
 * Tables as records: each field with the type of its column, read and written in one place.
 * A field `ownerRef` lies in the column `owner_ref`, unless it is {@link named} otherwise.
 */

/** How a value lies in a column. */
export interface Column<Stored, Value> {
  read(stored: Stored): Value;
  write(value: Value): Stored;
}

/** A column that is not called after its field. */
export interface NamedColumn<Name extends string, Stored, Value>
  extends Column<Stored, Value> {
  column: Name;
}

type Columns = Record<string, Column<unknown, unknown>>;

type SnakeCase<Field> = Field extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First>
      ? First
      : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : '';

type NameOf<
  C extends Columns,
  Field extends keyof C,
> = C[Field] extends NamedColumn<infer Name, unknown, unknown>
  ? Name
  : SnakeCase<Field>;

type StoredIn<C> = C extends { write(value: never): infer Stored }
  ? Stored
  : never;
type ValueOf<C> = C extends { read(stored: never): infer Value }
  ? Value
  : never;
type OptionalIn<C extends Columns> = {
  [Field in keyof C]: undefined extends ValueOf<C[Field]> ? Field : never;
}[keyof C];

/** What the database returns of a table with these columns. */
export type RowOf<T> = T extends Table<infer C>
  ? { [Field in keyof C as NameOf<C, Field>]: StoredIn<C[Field]> }
  : never;

/** What the store works with. */
export type RecordOf<T> = T extends Table<infer C> ? TableRecord<C> : never;

type TableRecord<C extends Columns> = {
  [Field in Exclude<keyof C, OptionalIn<C>>]: ValueOf<C[Field]>;
} & { [Field in OptionalIn<C>]?: ValueOf<C[Field]> };

export function text<Value extends string = string>(): Column<Value, Value> {
  return { read: stored => stored, write: value => value };
}

/** PostgreSQL returns big integers as text. */
export function integer(): Column<number | string, number> {
  return { read: Number, write: value => value };
}

/** SQLite returns 0 and 1; a column that was added later may have null in older rows. */
export function flag(): Column<boolean | number | null, boolean> {
  return { read: Boolean, write: value => value };
}

export function json<Value>(): Column<string, Value> {
  return { read: stored => JSON.parse(stored), write: JSON.stringify };
}

/** Undefined where the database has null. */
export function optional<Stored, Value>(
  column: Column<Stored, Value>,
): Column<Stored | null, Value | undefined> {
  return {
    read: stored => (stored === null ? undefined : column.read(stored)),
    write: value => (value === undefined ? null : column.write(value)),
  };
}

/** Gives a column another name than that of its field. */
export function named<Name extends string, Stored, Value>(
  name: Name,
  column: Column<Stored, Value>,
): NamedColumn<Name, Stored, Value> {
  return { column: name, ...column };
}

/** The columns of a table. */
export class Table<C extends Columns> {
  /** What to select for {@link read}. */
  readonly names: ReadonlyArray<keyof RowOf<Table<C>> & string>;
  readonly #columns: Array<[field: string, name: string, column: C[string]]>;

  static create<C extends Columns>(columns: C): Table<C> {
    return new Table(columns);
  }

  private constructor(columns: C) {
    this.#columns = Object.entries(columns).map(([field, column]) => [
      field,
      'column' in column
        ? (column.column as string)
        : field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      column as C[string],
    ]);
    this.names = this.#columns.map(([, name]) => name as never);
  }

  /** Ignores what else a row has. */
  readonly read = (row: RowOf<Table<C>>): TableRecord<C> => {
    const stored = row as Record<string, unknown>;
    return Object.fromEntries(
      this.#columns.map(([field, name, column]) => [
        field,
        column.read(stored[name]),
      ]),
    ) as TableRecord<C>;
  };

  /** The columns of those fields that are there, also as undefined; ignores what is no field. */
  write(record: Partial<TableRecord<C>>): Partial<RowOf<Table<C>>> {
    return Object.fromEntries(
      this.#columns
        .filter(([field]) => field in record)
        .map(([field, name, column]) => [
          name,
          column.write(record[field as keyof typeof record]),
        ]),
    ) as Partial<RowOf<Table<C>>>;
  }
}
