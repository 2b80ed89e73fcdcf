/** Tables as text, so that a test can be read beside the specification. */

/** One cell of a table. */
export interface Cell {
  row: string;
  column: string;
  allowed: boolean;
}

/**
 * Reads a table whose first line names its columns and whose first column names its
 * rows; `Y` and `-` are its cells.
 *
 * @throws Error for anything else, and for a row of another length
 */
export function table(text: string): Cell[] {
  const lines = text
    .split('\n')
    .filter(line => line.includes('|'))
    .map(line => line.split('|').map(cell => cell.trim()));
  const [[, ...columns], ...rows] = lines;
  return rows.flatMap(([row, ...cells]) => {
    if (cells.length !== columns.length)
      throw new Error(`${row} has ${cells.length} cells`);
    return cells.map((cell, n) => {
      if (cell !== 'Y' && cell !== '-') throw new Error(`${row}: ${cell}`);
      return { row, column: columns[n], allowed: cell === 'Y' };
    });
  });
}

/** The cells that are decided otherwise than the table says, in words. */
export function differences(
  cells: Cell[],
  decide: (row: string, column: string) => boolean,
): string[] {
  return cells.flatMap(({ row, column, allowed }) =>
    decide(row, column) === allowed
      ? []
      : [`${row} | ${column}: should be ${allowed ? 'allowed' : 'denied'}`],
  );
}
