/** What a command works with. */
import {
  AppStoreClient,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  configPath,
  DEFAULT_URL,
  normalUrl,
  readConfig,
  type Config,
} from './config';
import { asUnreachable, CliError, EXIT } from './errors';
import { plain, type Output, type Sink } from './output';
import { sendFile, type FileBody } from './upload';

/** The world around the command. */
export interface World {
  out: Sink;
  err: Sink;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** What is piped in. */
  stdin: AsyncIterable<Uint8Array | string>;
  /** Whether somebody can be asked. */
  canAsk: boolean;
  /** Asks for a yes; only where somebody can be asked. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a text; only where somebody can be asked. */
  ask(question: string, suggestion: string): Promise<string>;
  /** Shows a page; where that fails, its address was printed before. */
  browse(url: string): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
  /** Called at Ctrl-C; returns a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
  fetch: typeof fetch;
}

/** Flags that every command takes. */
export interface GlobalFlags {
  conf?: string;
  url?: string;
  json?: boolean;
}

/** What a command works with: the store's address and client, the token, output, and the questions that it may ask. */
export class Context {
  readonly world: World;
  readonly output: Output;
  readonly configPath: string;
  readonly #config: Config;
  readonly #flags: GlobalFlags;

  static async create(
    world: World,
    output: Output,
    flags: GlobalFlags,
  ): Promise<Context> {
    const path = configPath(flags.conf, world.env);
    return new Context(world, output, flags, path, await readConfig(path));
  }

  private constructor(
    world: World,
    output: Output,
    flags: GlobalFlags,
    path: string,
    config: Config,
  ) {
    this.world = world;
    this.configPath = path;
    this.#flags = flags;
    this.#config = config;
    this.output = output;
  }

  /** The portal's address: `--url`, `APP_STORE_URL`, the file, or the demo's. */
  get url(): string {
    return normalUrl(
      this.#flags.url ??
        this.world.env.APP_STORE_URL ??
        this.#config.url ??
        DEFAULT_URL,
    );
  }

  /** The token; never that of the file at another address than the file's. */
  get token(): string | undefined {
    const { APP_STORE_TOKEN } = this.world.env;
    if (APP_STORE_TOKEN) return APP_STORE_TOKEN;
    return this.url === (this.#config.url ?? DEFAULT_URL)
      ? this.#config.token
      : undefined;
  }

  get config(): Config {
    return this.#config;
  }

  /** The same for another store. */
  async at(url: string): Promise<Context> {
    return new Context(
      this.world,
      this.output,
      { ...this.#flags, url },
      this.configPath,
      this.#config,
    );
  }

  /**
   * Asks before something is lost.
   *
   * @throws CliError where the answer is no, or nobody can be asked
   */
  async confirm(
    question: string | (() => Promise<string>),
    yes: boolean | undefined,
  ): Promise<void> {
    if (yes) return;
    if (!this.world.canAsk || this.output.json)
      throw new CliError(
        'This needs a confirmation, but there is no terminal.',
        {
          exitCode: EXIT.usage,
          code: 'NOT_CONFIRMED',
          remedy: 'Add --yes.',
        },
      );
    const words = typeof question === 'string' ? question : await question();
    if (!(await this.world.confirm(plain(words))))
      throw new CliError('Nothing was changed.', { code: 'NOT_CONFIRMED' });
  }

  /** The store, as the person who signed in. `file` is what an import sends. */
  api(options: { token?: string; file?: FileBody } = {}): AppStoreApi {
    const token = options.token ?? this.token;
    if (!token)
      throw new CliError(`You are not signed in to ${this.url}.`, {
        exitCode: EXIT.notAllowed,
        code: 'NOT_SIGNED_IN',
        remedy: 'Run `app-store login`, or set APP_STORE_TOKEN.',
      });
    return this.#client({ authorization: `Bearer ${token}` }, options.file);
  }

  /** The store, as nobody. */
  anonymous(): AppStoreApi {
    return this.#client({});
  }

  /** A failure of the connection, also in the middle of an answer, in words; anything else as it is. */
  asUnreachable(error: unknown): unknown {
    return asUnreachable(error, this.url);
  }

  #client(headers: Record<string, string>, file?: FileBody): AppStoreApi {
    return AppStoreClient.create({
      baseUrl: `${this.url}/api/app-store`,
      fetch: (async (url: string, init: RequestInit = {}) => {
        const complete = {
          ...init,
          headers: {
            'user-agent': 'app-store-cli',
            ...(init.headers as Record<string, string>),
            ...headers,
          },
        };
        try {
          const answer = await (file && init.method === 'POST'
            ? sendFile(url, complete, file)
            : this.world.fetch(url, complete));
          if (answer.headers.get('content-type')?.startsWith('text/html'))
            throw new CliError(
              `${this.url} returned a web page, not an answer of the app store.`,
              {
                exitCode: EXIT.unreachable,
                code: 'NOT_A_STORE',
                remedy:
                  'Check the address. A proxy in front of the portal may have returned its sign-in page.',
              },
            );
          return answer;
        } catch (error) {
          throw this.asUnreachable(error);
        }
      }) as typeof fetch,
    });
  }
}
