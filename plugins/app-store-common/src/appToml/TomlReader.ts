/** Reads the tables of an `app.toml` key by key, against {@link APP_TOML_KEYS}. */
import { APP_TOML_KEYS } from './keys';
import { locate, type Position } from './position';

/** Most `[[Env]]` and `[[File]]` tables. */
const ENTRY_LIMIT = 500;
/** Further faults are not looked for. */
const ISSUE_LIMIT = 100;

/**
 * One fault or warning.
 *
 * @public
 */
export interface TomlIssue extends Partial<Position> {
  severity: 'error' | 'warning';
  /** `Runtime.Port`. */
  path: string;
  message: string;
  remedy: string;
}

/** A table by its proper keys. */
export type TomlTable = Record<string, unknown>;

export const lower = (value: string) => value.toLocaleLowerCase('en-US');
export const upper = (value: string) => value.toLocaleUpperCase('en-US');

/** The value under a key, whatever its case. */
export function child(root: TomlTable, name: string): unknown {
  const key = Object.keys(root).find(k => lower(k) === lower(name));
  return key ? root[key] : undefined;
}

/** Collects what is wrong with one `app.toml`, each fault with its place. */
export class TomlReader {
  readonly issues: TomlIssue[] = [];
  constructor(readonly source: string) {}

  /** The message begins with the path. `index` counts the tables of a list, from 0. */
  add(
    severity: TomlIssue['severity'],
    table: string,
    key: string | undefined,
    message: string,
    remedy: string,
    index = 0,
  ): void {
    if (this.issues.length >= ISSUE_LIMIT) return;
    const path = [table, ...(key === undefined ? [] : [key])]
      .map(name => name || '""')
      .join('.');
    this.issues.push({
      severity,
      path,
      message: `${path} ${message}`,
      remedy,
      ...locate(this.source, table, key, index),
    });
  }

  error(
    table: string,
    key: string | undefined,
    message: string,
    remedy: string,
    index?: number,
  ): void {
    this.add('error', table, key, message, remedy, index);
  }

  /** The values of a table by their proper key, checked one by one. */
  table(name: string, raw: unknown, index = 0): TomlTable {
    const out: TomlTable = {};
    if (raw === undefined) return out;
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      this.error(name, undefined, 'must be a table', `Write it as [${name}].`);
      return out;
    }
    const specs = APP_TOML_KEYS.filter(spec => spec.table === name);
    for (const [key, value] of Object.entries(raw)) {
      const spec = specs.find(s => lower(s.key) === lower(key));
      if (!spec) {
        this.add(
          'warning',
          name,
          key,
          'is not a known key and is ignored',
          'Check the spelling. If the app itself reads it, ignore this warning.',
          index,
        );
        continue;
      }
      const checked = spec.schema.safeParse(value);
      if (checked.success) out[spec.key] = checked.data;
      else
        this.error(
          name,
          spec.key,
          checked.error.issues[0].message,
          spec.description,
          index,
        );
    }
    for (const spec of specs) {
      const given = Object.keys(raw).some(
        key => lower(key) === lower(spec.key),
      );
      if (spec.required && !given)
        this.error(
          name,
          spec.key,
          'is missing',
          `Add it to ${name}. ${spec.description}`,
          index,
        );
    }
    return out;
  }

  /** The tables of a list, each checked as {@link table} does. */
  tables(name: string, raw: unknown): TomlTable[] {
    if (raw === undefined) return [];
    if (!Array.isArray(raw)) {
      this.error(
        name,
        undefined,
        'must be a list of tables',
        `Write it as [[${name}]], with two brackets.`,
      );
      return [];
    }
    if (raw.length > ENTRY_LIMIT) {
      this.error(
        name,
        undefined,
        `is given more than ${ENTRY_LIMIT} times`,
        'Use fewer entries.',
      );
      return [];
    }
    return raw.map((entry, index) => this.table(name, entry, index));
  }

  get failed(): boolean {
    return this.issues.some(issue => issue.severity === 'error');
  }
}
