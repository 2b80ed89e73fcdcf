/**
 * Serves bare Git repositories of a directory: `git clone` and `git push` by Git's own HTTP protocol
 * (gitprotocol-http), and the part of Gitea's API that Backstage's URL reader calls.
 *
 * For development: it listens on loopback only, and everybody there may push. A push to a repository
 * that is not there makes it.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What owners, repositories and branches may be called; none begins with a dash, which Git takes for an option. */
const NAME = '[A-Za-z0-9_][A-Za-z0-9_.-]*';
const SAFE_PATH = /^(?!.*(^|\/)\.\.?(\/|$))[^\0]*$/;

const COMMIT = /^[0-9a-f]{40,64}\s*$/;
/** Answers of Git that are kept. */
const ANSWERS = 100;

/** Whose commits these are where nobody says. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Lunch Team',
  GIT_AUTHOR_EMAIL: 'lunch@example.com',
  GIT_COMMITTER_NAME: 'Lunch Team',
  GIT_COMMITTER_EMAIL: 'lunch@example.com',
};

async function git(
  args: string[],
  options: { cwd?: string } = {},
): Promise<Buffer> {
  const { stdout } = await run('git', args, {
    ...options,
    encoding: 'buffer',
    maxBuffer: 64 * 1024 ** 2,
    env: { ...process.env, ...AUTHOR, GIT_CONFIG_NOSYSTEM: '1' },
  });
  return stdout;
}

/** A directory of repositories behind HTTP. */
export class GitHost {
  readonly #directory: string;
  readonly #server: Server;
  readonly #answers = new Map<string, Buffer>();

  /** @param options.port - 0 for any that is free, which is the default */
  static async start(options: {
    directory: string;
    port?: number;
  }): Promise<GitHost> {
    await mkdir(options.directory, { recursive: true });
    const host = new GitHost(options.directory);
    host.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  private constructor(directory: string) {
    this.#directory = directory;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(error => {
        if (!response.headersSent) response.writeHead(404);
        response.end(`${(error as Error).message}\n`);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pathOf(owner: string, name: string): string {
    return join(this.#directory, owner, `${name}.git`);
  }

  /** Makes an empty repository. @returns false where it is there */
  async #init(path: string): Promise<boolean> {
    if (await stat(path).catch(() => undefined)) return false;
    await git(['init', '--quiet', '--bare', '--initial-branch=main', path]);
    // Whoever reaches this port may push.
    await git(['config', 'http.receivepack', 'true'], { cwd: path });
    return true;
  }

  /** Makes a repository with the files of a directory, unless it is there. */
  async create(owner: string, name: string, files: string): Promise<void> {
    const path = this.#pathOf(owner, name);
    if (!(await this.#init(path))) return;
    await this.commit(owner, name, 'First version', files);
  }

  /**
   * Commits all files of a directory, in place of what was there.
   *
   * @returns the commit
   */
  async commit(
    owner: string,
    name: string,
    message: string,
    files: string,
  ): Promise<string> {
    const path = this.#pathOf(owner, name);
    const work = ['--git-dir', path, '--work-tree', files];
    const own = { cwd: files };
    await git([...work, 'add', '--all', '--force', '.'], own);
    await git(
      [...work, 'commit', '--quiet', '--allow-empty', '-m', message],
      own,
    );
    const commit = await git([...work, 'rev-parse', 'HEAD'], own);
    return commit.toString().trim();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(url.pathname);
    if (!SAFE_PATH.test(path)) throw new Error('no such file');
    const match = (pattern: string) =>
      new RegExp(`^${pattern}$`, 's').exec(path);
    const repository = `/(${NAME})/(${NAME})`;

    const pack = match(`${repository}\\.git/.*`);
    if (pack) {
      const [, owner, name] = pack;
      // As Gitea does where that is configured (ENABLE_PUSH_CREATE_USER).
      const isPush =
        path.endsWith('/info/refs') &&
        url.searchParams.get('service') === 'git-receive-pack';
      // A browser, which any page may have send requests, is not Git.
      if (isPush && !request.headers['sec-fetch-site'])
        await this.#init(this.#pathOf(owner, name));
      this.#backend(request, response, url);
      return;
    }
    const contents = match(`/api/v1/repos${repository}/contents/(.+)`);
    if (contents) {
      const [, owner, name, file] = contents;
      const ref = url.searchParams.get('ref') ?? 'main';
      const content = await this.#file(owner, name, ref, file);
      json(response, {
        type: 'file',
        encoding: 'base64',
        content: content.toString('base64'),
      });
      return;
    }
    const commit = match(`/api/v1/repos${repository}/git/commits/(${NAME})`);
    if (commit) {
      const [, owner, name, ref] = commit;
      json(response, { sha: await this.#commitOf(owner, name, ref) });
      return;
    }
    const archive = match(
      `/api/v1/repos${repository}/archive/(${NAME})\\.tar\\.gz`,
    );
    if (archive) {
      const [, owner, name, ref] = archive;
      const sha = await this.#commitOf(owner, name, ref);
      response.setHeader('content-type', 'application/gzip');
      response.end(
        await this.#ofCommit(owner, name, [
          'archive',
          '--format=tar.gz',
          `--prefix=${name}/`,
          sha,
        ]),
      );
      return;
    }
    const page = match(`${repository}/src/branch/(${NAME})/(.+)`);
    if (page) {
      const [, owner, name, ref, file] = page;
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end(await this.#file(owner, name, ref, file));
      return;
    }
    throw new Error('there is nothing here');
  }

  async #commitOf(owner: string, name: string, ref: string): Promise<string> {
    const cwd = this.#pathOf(owner, name);
    // Where a push leaves it; asked again and again, this is no work for a program.
    const branch = await readFile(join(cwd, 'refs/heads', ref), 'utf8').catch(
      () => '',
    );
    if (COMMIT.test(branch)) return branch.trim();
    const commit = await git(['rev-parse', '--verify', `${ref}^{commit}`], {
      cwd,
    });
    return commit.toString().trim();
  }

  async #file(
    owner: string,
    name: string,
    ref: string,
    file: string,
  ): Promise<Buffer> {
    const sha = await this.#commitOf(owner, name, ref);
    return this.#ofCommit(owner, name, ['cat-file', 'blob', `${sha}:${file}`]);
  }

  /** What Git says of a commit, which never changes: the newest answers are kept. */
  async #ofCommit(
    owner: string,
    name: string,
    args: string[],
  ): Promise<Buffer> {
    const cwd = this.#pathOf(owner, name);
    const key = JSON.stringify([cwd, args]);
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = await git(args, { cwd });
    this.#answers.set(key, answer);
    if (this.#answers.size > ANSWERS)
      this.#answers.delete(this.#answers.keys().next().value!);
    return answer;
  }

  /** Git's own program for its protocol (git-http-backend, as CGI: RFC 3875). */
  #backend(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const child = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.#directory,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        REMOTE_USER: 'git',
        REMOTE_ADDR: '127.0.0.1',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    child.stdin.on('error', () => {});
    let head = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', onData);
      for (const line of head.subarray(0, end).toString().split('\r\n')) {
        const [, field, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
        if (field?.toLocaleLowerCase('en-US') === 'status')
          response.statusCode = Number.parseInt(value, 10);
        else if (field) response.setHeader(field, value);
      }
      response.write(head.subarray(end + 4));
      child.stdout.pipe(response);
    };
    child.stdout.on('data', onData);
    child.on('close', () => response.end());
    child.on('error', () => response.writeHead(500).end());
  }
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
