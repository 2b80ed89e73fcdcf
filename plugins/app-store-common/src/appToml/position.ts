/** Finds where in a TOML text a key stands, for messages about a value that parsed. */

/**
 * A place, both counted from 1.
 *
 * @public
 */
export interface Position {
  line: number;
  column: number;
}

const HEADER = /^\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]\]?/;

/**
 * The place of a key.
 *
 * @param table - `App`; compared without regard to case
 * @param key - the key, or undefined for the table's header
 * @param index - which one of an array of tables, from 0
 *
 * @public
 */
export function locate(
  source: string,
  table: string,
  key?: string,
  index = 0,
): Position | undefined {
  const lines = source.split(/\r?\n/);
  let seen = -1;
  let inside = false;
  let header: Position | undefined;
  for (let i = 0; i < lines.length; i++) {
    const match = HEADER.exec(lines[i]);
    if (match) {
      const same =
        match[2].toLocaleLowerCase('en-US') ===
        table.toLocaleLowerCase('en-US');
      if (same) seen++;
      inside = same && (match[1] === '[' || seen === index);
      if (inside) header = { line: i + 1, column: lines[i].indexOf('[') + 1 };
      continue;
    }
    if (!inside || !key) continue;
    const assignment = /^(\s*)("?)([A-Za-z0-9_-]+)\2\s*=/.exec(lines[i]);
    if (
      assignment &&
      assignment[3].toLocaleLowerCase('en-US') ===
        key.toLocaleLowerCase('en-US')
    )
      return { line: i + 1, column: assignment[1].length + 1 };
  }
  return header;
}
