/**
 * Where the Kubernetes API is, and as whom the store calls it. Files are read as they are at the
 * time: certificates and tokens are renewed while the store runs.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import { KubeError } from './KubeError';

/** A token's file is read again after this long, in milliseconds. */
const TOKEN_MS = 10_000;
/** A kubeconfig is read again no more often than this, in milliseconds. */
const RELOAD_MS = 2000;

/** What a request needs. */
export interface Access {
  server: string;
  secure: boolean;
  agent: Agent | HttpAgent;
  headers: Record<string, string>;
  auth?: string;
}

/** Follows a kubeconfig and the files that it names. */
export class Credentials {
  #config: KubeConfig;
  readonly #reload: (() => KubeConfig) | undefined;
  #reloadedAt = 0;
  #agent: Agent | HttpAgent | undefined;
  /** What the agent was made of. */
  #certificates: unknown[] = [];
  #token: { file: string; value: string; readAt: number } | undefined;

  /** @param reload - reads the configuration again, where it comes from a file */
  constructor(config: KubeConfig, reload?: () => KubeConfig) {
    this.#config = config;
    this.#reload = reload;
  }

  /** @throws KubeError where no cluster is configured */
  async access(): Promise<Access> {
    const cluster = this.#config.getCurrentCluster();
    if (!cluster)
      throw new KubeError(
        0,
        'NoCluster',
        'no Kubernetes cluster is configured',
      );
    const tokenFile = this.#tokenFile();
    const options: RequestOptions = { headers: {} };
    await this.#config.applyToHTTPSOptions(
      options as Parameters<KubeConfig['applyToHTTPSOptions']>[0],
    );
    const headers = { ...(options.headers as Record<string, string>) };
    if (tokenFile) headers.Authorization = `Bearer ${this.#read(tokenFile)}`;
    const server = cluster.server.replace(/\/$/, '');
    const secure = server.startsWith('https:');
    return {
      server,
      secure,
      agent: this.#agentFor(secure, options),
      headers,
      auth: options.auth ?? undefined,
    };
  }

  #tokenFile(): string | undefined {
    const user = this.#config.getCurrentUser();
    return user?.authProvider?.config?.tokenFile;
  }

  #read(file: string): string {
    const now = Date.now();
    if (this.#token?.file !== file || now - this.#token.readAt > TOKEN_MS)
      this.#token = {
        file,
        value: readFileSync(file, 'utf8').trim(),
        readAt: now,
      };
    return this.#token.value;
  }

  /** One for as long as the certificates are the same: connections are kept. */
  #agentFor(
    secure: boolean,
    { ca, cert, key, rejectUnauthorized, servername }: RequestOptions,
  ): Agent | HttpAgent {
    const certificates = [secure, ca, cert, key].map(part =>
      Buffer.isBuffer(part) ? part.toString('latin1') : part,
    );
    if (
      this.#agent &&
      certificates.every((part, i) => part === this.#certificates[i])
    )
      return this.#agent;
    const former = this.#agent;
    this.#certificates = certificates;
    this.#agent = secure
      ? new Agent({
          keepAlive: true,
          ca,
          cert,
          key,
          rejectUnauthorized,
          servername,
        })
      : new HttpAgent({ keepAlive: true });
    // Streams under way end by themselves; idle connections go.
    if (former) setTimeout(() => former.destroy(), RELOAD_MS).unref();
    return this.#agent;
  }

  /**
   * The API did not accept them: reads what is in files again.
   *
   * @returns false where that was done a moment ago
   */
  renew(): boolean {
    const now = Date.now();
    if (now - this.#reloadedAt < RELOAD_MS) return false;
    this.#reloadedAt = now;
    this.#token = undefined;
    if (this.#reload) this.#config = this.#reload();
    return true;
  }

  close(): void {
    this.#agent?.destroy();
  }
}
