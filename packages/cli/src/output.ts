/** What is printed: results on standard output, everything else on standard error. */
import pc from 'picocolors';
import type { ProblemOwner } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Told } from './errors';
import { forTerminal, TerminalFilter, toJson } from './terminal';

/** A stream that may be a terminal. */
export interface Sink {
  write(text: string | Uint8Array): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** A text without what would steer a terminal, and without colours. */
export function plain(text: string): string {
  return forTerminal(text);
}

const clean = (text: string) => plain(text).replace(/\s*\n\s*/g, ' ');

/** What ids are of, by their names in JSON. */
const IDS: Record<string, string> = { appId: 'App', instanceId: 'Instance' };

const OWNERS: Record<Exclude<ProblemOwner, 'you'>, string> = {
  author: "the app's owner",
  admin: 'an admin of the store',
  platform: 'the platform',
};

/** Prints results to standard output and everything else to standard error; as JSON if asked for. */
export class Output {
  readonly json: boolean;
  readonly #out: Sink;
  readonly #err: Sink;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly #errColors: ReturnType<typeof pc.createColors>;
  readonly #env: NodeJS.ProcessEnv;
  #status = '';

  constructor(options: {
    out: Sink;
    err: Sink;
    json: boolean;
    env: NodeJS.ProcessEnv;
  }) {
    this.json = options.json;
    this.#env = options.env;
    this.#out = options.out;
    this.#err = options.err;
    const colors = (sink: Sink) =>
      pc.createColors(this.#takesColours(sink) && !options.json);
    this.colors = colors(options.out);
    this.#errColors = colors(options.err);
  }

  #takesColours(sink: Sink): boolean {
    return Boolean(sink.isTTY) && !this.#env.NO_COLOR;
  }

  /** Whether a person sits at a terminal. */
  get interactive(): boolean {
    return Boolean(this.#err.isTTY) && !this.json;
  }

  /** A result, as it is: only for what is ours, or is safe already. */
  raw(text: string | Uint8Array): void {
    this.#clear();
    this.#out.write(text);
  }

  /** A result: for scripts as JSON, else as `words` puts it. */
  result(value: unknown, words: () => void): void {
    if (this.json) this.data(value);
    else words();
  }

  /** A result as JSON. */
  data(value: unknown): void {
    this.raw(`${toJson(value)}\n`);
  }

  /** A text of somebody else's, without what steers a terminal; also where it goes into a file, which is read later. */
  text(text: string): void {
    const ended = text.endsWith('\n') ? text : `${text}\n`;
    this.raw(plain(ended));
  }

  /**
   * Something beside the result that comes in pieces, such as a log: never among JSON.
   * Its colours reach a terminal, and nothing else of what steers one.
   */
  aside(): { write(text: string): void; end(): void } {
    const sink = this.json ? this.#err : this.#out;
    const filter = new TerminalFilter({ colours: this.#takesColours(sink) });
    const write = (text: string) => {
      if (!text) return;
      this.#clear();
      sink.write(text);
    };
    return {
      write: text => write(filter.push(text)),
      end: () => write(filter.end()),
    };
  }

  line(text = ''): void {
    this.raw(
      `${forTerminal(text, { colours: this.#takesColours(this.#out) })}\n`,
    );
  }

  /** One object: a name and its value a line. */
  fields(fields: Array<[string, string | number | undefined]>): void {
    const shown = fields.filter(([, value]) => value !== undefined);
    const width = Math.max(...shown.map(([name]) => name.length)) + 2;
    for (const [name, value] of shown)
      this.line(
        `${this.colors.bold(name.padEnd(width))}${clean(String(value))}`,
      );
  }

  /** Several objects as columns; tabs between them where no person reads. */
  table(head: string[], rows: string[][]): void {
    const cells = rows.map(row => row.map(clean));
    if (!this.#out.isTTY) {
      for (const row of [head, ...cells]) this.line(row.join('\t'));
      return;
    }
    const widths = head.map((name, i) =>
      Math.max(name.length, ...cells.map(row => row[i].length)),
    );
    const format = (row: string[]) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd();
    this.line(this.colors.bold(format(head)));
    cells.forEach(row => this.line(format(row)));
  }

  /** A remark that is no result. */
  note(text: string): void {
    if (this.json) return;
    this.#clear();
    this.#err.write(
      `${forTerminal(text, { colours: this.#takesColours(this.#err) })}\n`,
    );
  }

  /** How far something is: replaced by the next one on a terminal; elsewhere nothing. */
  status(text: string): void {
    if (!this.interactive) return;
    const width = (this.#err.columns || 80) - 1;
    this.#clear();
    this.#status = clean(text).slice(0, width);
    this.#err.write(this.#status);
  }

  #clear(): void {
    if (!this.#status) return;
    this.#err.write(`\r${' '.repeat(this.#status.length)}\r`);
    this.#status = '';
  }

  /** A failure, with what to do next. */
  failure(told: Told): void {
    this.#clear();
    if (this.json) {
      this.#err.write(`${toJson({ error: told })}\n`);
      return;
    }
    this.#err.write(
      `${this.#errColors.red('error:')} ${plain(told.message)}\n`,
    );
    const issues = told.issues ?? [];
    for (const issue of issues) this.#err.write(`${issueLine(issue)}\n`);
    const ways = told.wouldChange?.filter(way => way.length) ?? [];
    // Of an access rule the remedy is but the nearest way.
    if (told.rule && ways.length)
      this.#err.write(
        `${plain(waysWords(ways))}  (rule ${plain(told.rule)})\n`,
      );
    else if (told.remedy && !issues.length)
      this.#err.write(`  ${plain(told.remedy)}\n`);
    if (told.owner && told.owner !== 'you')
      this.#err.write(`  Who can fix it: ${OWNERS[told.owner]}.\n`);
    for (const [name, id] of Object.entries(told.about ?? {}))
      this.#err.write(`  ${IDS[name] ?? name}: ${plain(id)}\n`);
  }

  /** Faults and warnings, one a line. */
  issues(issues: Told['issues']): void {
    if (this.json) return;
    for (const issue of issues ?? []) this.note(issueLine(issue));
  }
}

/** As many ways as help; the nearest come first. */
const WAYS = 3;

/** What would change a decision: one way a line, each with all that it takes. */
export function waysWords(ways: string[][]): string {
  const lines = [...new Set(ways.map(way => way.join(' And: ')))].slice(
    0,
    WAYS,
  );
  return lines
    .map((line, i) => `  ${i ? 'or:' : 'What would change it:'} ${line}\n`)
    .join('');
}

function issueLine(issue: NonNullable<Told['issues']>[number]): string {
  const place = issue.line
    ? `app.toml:${issue.line}${issue.column ? `:${issue.column}` : ''}: `
    : '';
  return plain(
    `  ${place}${issue.severity ?? 'error'}: ${issue.message}${
      issue.remedy ? `\n      ${issue.remedy}` : ''
    }`,
  );
}

/** `1.5 MB`. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const power = n < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(n) / 3));
  return power === 0
    ? `${n} bytes`
    : `${(n / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** `[=====     ] 50%` */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'='.repeat(full)}${' '.repeat(width - full)}] ${Math.round(
    share * 100,
  )}%`;
}

/** `8 h`, `7 days`; `never` for -1. */
export function duration(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  if (seconds < 0) return 'never';
  if (seconds >= 172_800 && seconds % 86_400 === 0)
    return `${seconds / 86_400} days`;
  if (seconds >= 3600) return `${Number((seconds / 3600).toFixed(1))} h`;
  if (seconds >= 60) return `${Number((seconds / 60).toFixed(1))} min`;
  return `${seconds} s`;
}
