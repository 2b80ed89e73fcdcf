/**
 * A shell that is told one command after the other. `app-store` is in it twice: as a
 * program, and as a function that has this process do the same. Three hundred starts of
 * Node.js take long, and find nothing that twenty do not find.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../../packages/cli/src';

/**
 * What the function tells this process: where its files are, where it stands, and what was
 * typed, each ended by a NUL; what it is told is the exit code. It says so from a process of
 * its own, and reads by `-u`: a redirection would lead its own files elsewhere meanwhile.
 */
const FUNCTION = (port: number) =>
  `app-store() { local me=$BASHPID store code; exec {store}<>/dev/tcp/127.0.0.1/${port}; (printf '%s\\0' "$me" "$PWD" "$HOME" "\${APP_STORE_TOKEN-}" "$#" "$@" >&$store); read -r -u $store code; exec {store}>&-; return "$code"; }`;

/** Runs one command with the files of a process, as if that process had run it. */
async function runFor(words: string[]): Promise<number> {
  const [pid, cwd, home, token, , ...args] = words;
  const handles: FileHandle[] = [];
  const file = async (number: number, flags: string) => {
    const handle = await open(`/proc/${pid}/fd/${number}`, flags);
    handles.push(handle);
    return handle;
  };
  // Appending, since both may lead into one file.
  const out = await file(1, 'a');
  const err = await file(2, 'a');
  // Both may lead to one reader: what was written first arrives first.
  let written: Promise<unknown> = Promise.resolve();
  const sink = (to: FileHandle) => ({
    write(text: string | Uint8Array) {
      written = written
        .then(() => to.writeFile(text))
        // Whoever reads has read enough: `app-store app list | head -1`.
        .catch(error => {
          if (error.code !== 'EPIPE') throw error;
        });
    },
  });
  try {
    const code = await main(args, {
      out: sink(out),
      err: sink(err),
      env: { HOME: home, ...(token ? { APP_STORE_TOKEN: token } : {}) },
      cwd,
      stdin: (async function* piped() {
        yield await (await file(0, 'r')).readFile();
      })(),
      canAsk: false,
      confirm: async () => false,
      ask: async (_, suggestion) => suggestion,
      browse: async () => {},
      sleep: milliseconds => sleep(milliseconds),
      onInterrupt: () => () => {},
      fetch,
    });
    await written;
    return code;
  } finally {
    for (const handle of handles) await handle.close();
  }
}

/** Answers the shells' function. */
async function listen(): Promise<Server> {
  const server = createServer(socket => {
    let text = '';
    socket.setEncoding('utf8').on('data', data => {
      text += data;
      const words = text.split('\0').slice(0, -1);
      if (words.length < 5 || words.length < 5 + Number(words[4])) return;
      runFor(words).then(
        code => socket.end(`${code}\n`),
        error => socket.destroy(error),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Types commands as a person does. */
export class Shell {
  readonly #child;
  readonly #server: Server;
  #output = '';

  static async start(options: {
    cwd: string;
    home: string;
    /** Where the program `app-store` is. */
    bin: string;
  }): Promise<Shell> {
    return new Shell(options, await listen());
  }

  private constructor(
    options: { cwd: string; home: string; bin: string },
    server: Server,
  ) {
    this.#server = server;
    // What Node.js calls a pipe is a socket, which another process cannot open by its path.
    this.#child = spawn(
      'bash',
      ['-c', 'bash --noprofile --norc 2>&1 | cat', 'bash'],
      {
        cwd: options.cwd,
        env: {
          PATH: `${options.bin}:${process.env.PATH}`,
          HOME: options.home,
          LANG: 'C.UTF-8',
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#child.stdout
      .setEncoding('utf8')
      .on('data', text => (this.#output += text));
  }

  /** Whether `app-store` is from here on the program, or this process. */
  async use(which: 'program' | 'function'): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    await this.run(
      which === 'function' ? FUNCTION(port) : 'unset -f app-store',
    );
  }

  /** Runs a command; its output, and its exit code. */
  async run(command: string): Promise<{ output: string; code: number }> {
    this.#output = '';
    const mark = `--end-${Math.random()}--`;
    this.#child.stdin.write(`${command}\necho "${mark}$?"\n`);
    for (;;) {
      const at = this.#output.indexOf(mark);
      if (at >= 0 && this.#output.endsWith('\n'))
        return {
          output: this.#output.slice(0, at),
          code: Number(this.#output.slice(at + mark.length)),
        };
      await once(this.#child.stdout, 'data');
    }
  }

  end(): void {
    this.#child.stdin.end();
    this.#server.close();
  }
}
