/**
 * A container's output on disk, in the form of the container runtime interface
 * (`<time> <stream> <F|P> <text>`), bounded: two files of {@link FILE_LIMIT} bytes
 * for each run of the container, and two runs.
 */
import { EventEmitter } from 'node:events';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Bytes of one file, like the kubelet's `containerLogMaxSize`. */
const FILE_LIMIT = 10 * 1024 * 1024;
/** A longer line is cut into parts. */
const LINE_LIMIT = 16 * 1024;
/** Output beyond this rate waits, so that a runaway app cannot occupy the process that reads it. */
const BYTES_PER_WINDOW = 2 * 1024 * 1024;
const WINDOW_MS = 100;
/** Bytes at the end of a file that are looked at first for its last lines. */
const TAIL_BYTES = 64 * 1024;

/** What of a log comes to be a container's message (kubernetes' `FallbackToLogsOnError`). */
const MESSAGE = { lines: 80, bytes: 2048 };

/** One line. */
export interface LogLine {
  time: string;
  stream: 'stdout' | 'stderr';
  text: string;
  partial: boolean;
}

function parseLine(raw: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) ([\s\S]*)$/.exec(raw);
  return match
    ? {
        time: match[1],
        stream: match[2] as 'stdout',
        partial: match[3] === 'P',
        text: match[4],
      }
    : undefined;
}

/**
 * The last lines of a file. Only its end is read: the process that answers is the one
 * that takes in the output of every container, and 20 MB are most of a second of it.
 */
function lastLines(file: string, count: number): LogLine[] {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    for (let bytes = TAIL_BYTES; ; bytes *= 4) {
      const from = count === Infinity ? 0 : Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - from);
      const length = readSync(fd, buffer, 0, buffer.length, from);
      const raw = buffer.toString('utf8', 0, length).split('\n');
      // It begins somewhere before `from`.
      if (from) raw.shift();
      const lines = raw
        .map(parseLine)
        .filter((line): line is LogLine => Boolean(line));
      if (!from || lines.length >= count) return lines.slice(-count);
    }
  } finally {
    closeSync(fd);
  }
}

/** The log of one run of one container. */
export class ContainerLog {
  readonly #path: string;
  readonly #events = new EventEmitter();
  #fd: number | undefined;
  #size = 0;
  #window = 0;
  #ended = false;

  /**
   * @param directory - the container's log directory
   * @param run - the number of the run: 0 for the first, then the restart count
   */
  static open(directory: string, run: number): ContainerLog {
    mkdirSync(directory, { recursive: true });
    for (const suffix of ['.log', '.log.1'])
      rmSync(join(directory, `${run - 2}${suffix}`), { force: true });
    return new ContainerLog(join(directory, `${run}.log`));
  }

  private constructor(path: string) {
    this.#path = path;
    this.#events.setMaxListeners(0);
  }

  /** Where the logs of a pod's container are. */
  static directoryOf(podDirectory: string, container: string): string {
    return join(podDirectory, 'containers', container, 'logs');
  }

  /** The end of what was written, as much of it as a status takes. */
  tail(): string {
    if (!existsSync(this.#path)) return '';
    const text = lastLines(this.#path, MESSAGE.lines)
      .map(line => `${line.text}${line.partial ? '' : '\n'}`)
      .join('');
    return Buffer.from(text).subarray(-MESSAGE.bytes).toString('utf8');
  }

  /**
   * Lines of a run, or undefined where nothing of it is kept.
   *
   * @param last - how many of them, counted from the end
   */
  static read(
    directory: string,
    run: number,
    last = Infinity,
  ): LogLine[] | undefined {
    const path = join(directory, `${run}.log`);
    const files = [path, `${path}.1`].filter(file => existsSync(file));
    if (!files.length) return undefined;
    let lines: LogLine[] = [];
    for (const file of files)
      if (lines.length < last)
        lines = lastLines(file, last - lines.length).concat(lines);
    return lines;
  }

  /** Takes in a stream until it ends. */
  capture(stream: Readable, name: 'stdout' | 'stderr'): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const text = rest + chunk;
      const lines = text.split('\n');
      rest = lines.pop()!;
      const out = lines.map(line => ({ line, tag: 'F' }));
      while (rest.length > LINE_LIMIT) {
        out.push({ line: rest.slice(0, LINE_LIMIT), tag: 'P' });
        rest = rest.slice(LINE_LIMIT);
      }
      if (out.length) this.#append(name, out);
      this.#throttle(stream, chunk.length);
    });
    stream.on('end', () => {
      if (rest) this.#append(name, [{ line: rest, tag: 'F' }]);
    });
  }

  #throttle(stream: Readable, bytes: number): void {
    this.#window += bytes;
    if (this.#window < BYTES_PER_WINDOW) return;
    stream.pause();
    setTimeout(() => {
      this.#window = 0;
      stream.resume();
    }, WINDOW_MS).unref();
  }

  /** Writes one line in the name of the node agent itself. */
  write(text: string): void {
    this.#append('stderr', [{ line: text, tag: 'F' }]);
  }

  #append(
    stream: 'stdout' | 'stderr',
    lines: Array<{ line: string; tag: string }>,
  ): void {
    if (this.#ended) return;
    const time = new Date().toISOString();
    const block = Buffer.from(
      lines
        .map(({ line, tag }) => `${time} ${stream} ${tag} ${line}\n`)
        .join(''),
    );
    if (this.#size + block.length > FILE_LIMIT && this.#fd !== undefined) {
      closeSync(this.#fd);
      renameSync(this.#path, `${this.#path}.1`);
      this.#fd = undefined;
      this.#size = 0;
    }
    try {
      this.#fd ??= openSync(this.#path, 'a', 0o600);
      writeSync(this.#fd, block);
      this.#size += block.length;
    } catch {
      // A full disk loses lines, and nothing else.
    }
    if (!this.#events.listenerCount('line')) return;
    for (const { line, tag } of lines)
      this.#events.emit('line', {
        time,
        stream,
        text: line,
        partial: tag === 'P',
      });
  }

  /** Calls back for each new line and when there will be no more; returns how to stop. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void {
    if (this.#ended) {
      onEnd();
      return () => {};
    }
    this.#events.on('line', onLine);
    this.#events.once('end', onEnd);
    return () => {
      this.#events.off('line', onLine);
      this.#events.off('end', onEnd);
    };
  }

  /** Says that nothing more will come. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#events.emit('end');
  }
}
