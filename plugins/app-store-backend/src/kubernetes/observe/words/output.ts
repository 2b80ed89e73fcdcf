/** What an app's own output tells of how it ended, or where it listens. */
import type { CauseCode } from '../causes';
import { FAILURE_PREFIX } from '../entryFailures';

const GPU =
  /(?:CUDA|HIP) out of memory|torch(?:\.cuda)?\.OutOfMemoryError|CUDA_ERROR_OUT_OF_MEMORY/;
const PROCESSES =
  /unable to create (?:new )?native thread|can't start new thread|pthread_create failed|fork: (?:retry: )?(?:Resource temporarily unavailable|Cannot allocate)|newosproc/;
const HEAP = /heap out of memory|OutOfMemoryError|MemoryError\b|std::bad_alloc/;
/** Watchers of files have a limit of their own, and the same number. */
const SPACE = /No space left on device|ENOSPC(?!: System limit)/;
/** Containers begin with `exec`; what a shell says of a program of its own is the same. */
const FORMAT =
  /exec (?:container process )?[`"']?(\S+?)[`"']?: [Ee]xec format error|(exec user process caused:? "?exec format error)/;
const IN_USE =
  /EADDRINUSE|[Aa]ddress already in use|[Pp]ort \d+ (?:was|is) already in use/;
/** Of a tool beside the app, which goes on without it. */
const OF_TOOL = /inspector|debugger/i;
const NOT_FOUND = [
  /: (?:\d+: )?(\S+): (?:command )?not found/,
  /env: (?:can't execute )?['‘"]([^'’"]+)['’"]: No such file/i,
  /^exec (\S+): no such file or directory/m,
];
const NOT_EXECUTABLE = /(?:^|: )(\/?[\w./-]+): Permission denied/m;

/** Lines by which the run that matters is known. */
export const TELLING = new RegExp(
  [
    GPU,
    PROCESSES,
    HEAP,
    SPACE,
    FORMAT,
    IN_USE,
    NOT_FOUND[2],
    new RegExp(FAILURE_PREFIX),
  ]
    .map(({ source }) => source)
    .join('|'),
  'm',
);

type Told = Extract<
  CauseCode,
  | 'GPU_MEMORY'
  | 'PROCESS_LIMIT'
  | 'HEAP_LIMIT'
  | 'NO_SPACE'
  | 'WRONG_ARCHITECTURE'
  | 'PORT_IN_USE'
  | 'COMMAND_NOT_FOUND'
  | 'NOT_EXECUTABLE'
>;

const linesOf = (log: string) => log.split('\n');

/** The port in "address already in use :::8080", "… ('0.0.0.0', 8080): address already in use". */
function portInUse(line: string): string | undefined {
  // Numbers of errors are none of ports.
  const bare = line.replace(/\[?Errno \d+\]?|\b(?:code|os error):? \d+/gi, '');
  return (
    /[Pp]ort (\d{2,5})\b/.exec(bare)?.[1] ??
    /[:\s](\d{2,5})\b(?!.*\d{2,5})/.exec(bare)?.[1]
  );
}

/** Why a program ended, where its output says it. */
export function toldEnd(
  log: string,
  exitCode: number,
): { code: Told; what?: string } | undefined {
  const format = FORMAT.exec(log);
  if (format) return { code: 'WRONG_ARCHITECTURE', what: format[1] };
  if (GPU.test(log)) return { code: 'GPU_MEMORY' };
  if (PROCESSES.test(log)) return { code: 'PROCESS_LIMIT' };
  if (HEAP.test(log)) return { code: 'HEAP_LIMIT' };
  const inUse = linesOf(log).find(
    line => IN_USE.test(line) && !OF_TOOL.test(line),
  );
  if (inUse !== undefined)
    return { code: 'PORT_IN_USE', what: portInUse(inUse) };
  if (SPACE.test(log))
    return {
      code: 'NO_SPACE',
      what: /No space left on device:? ?['"]?(\/[^'"\s]+)/.exec(log)?.[1],
    };
  // What a shell says of a program that it cannot find or may not run.
  const missing =
    exitCode === 127
      ? NOT_FOUND.map(pattern => pattern.exec(log)).find(Boolean)
      : NOT_FOUND[2].exec(log);
  if (missing) return { code: 'COMMAND_NOT_FOUND', what: missing[1] };
  const denied = exitCode === 126 ? NOT_EXECUTABLE.exec(log) : undefined;
  return denied ? { code: 'NOT_EXECUTABLE', what: denied[1] } : undefined;
}

const TIME = /(?<![\d.])\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?!\d)/g;
const SPEAKS =
  /listen|running (?:on|at)|serving|started|ready on|bound to|https?:\/\//i;
const LOCAL = String.raw`(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\*|)`;
const WHERE = [
  new RegExp(`https?://${LOCAL}:(\\d{2,5})\\b`, 'i'),
  new RegExp(`(?<=^|[\\s"'(=])${LOCAL}:(\\d{2,5})\\b`, 'i'),
  /\b()port["']?\s*[ =:]\s*["']?(\d{2,5})\b/i,
  /\b()listening (?:on|at) (\d{2,5})\b/i,
];
const ALONE = /^(?:localhost|127\.0\.0\.1|\[::1\])$/i;

/** What the app itself says of where it listens, where that is elsewhere. Other hosts are not its own. */
export function toldHint(log: string, port: number): string | undefined {
  for (const line of linesOf(log).reverse()) {
    if (!SPEAKS.test(line)) continue;
    const bare = line.replace(TIME, '');
    const told = WHERE.map(pattern => pattern.exec(bare)).find(Boolean);
    if (!told) continue;
    const [, host, number] = told;
    if (Number(number) !== port) return `its log names port ${number}`;
    return ALONE.test(host)
      ? `its log says that it listens on ${host} alone`
      : undefined;
  }
  return undefined;
}
