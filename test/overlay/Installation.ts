/** `deploy/overlays/example` on a cluster, with a PostgreSQL and an issuer on this machine. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Issuer } from '../e2e/Issuer';
import { freePort } from '../e2e/portal';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
const AUTHORITY = 'issuer.crt';
const NAMESPACES = ['app-store', 'app-store-apps'];

/** Where a cluster is, and what it has. */
export interface Place {
  kubeconfig: string;
  /** An address of this machine that pods reach. */
  host: string;
  /** Registry and path of the images, without a slash at the end. */
  images: string;
}

/** The store as an operator installs it by the guide of `docs/operate.md`. */
export class Installation {
  readonly url: string;
  readonly issuer: Issuer;
  readonly #place: Place;
  readonly #database: { url: string; stop(): Promise<void> };
  readonly #relay: Server;
  readonly #ports: { portal: number; gateway: number };
  readonly #forwards: ChildProcess[] = [];
  readonly #overlay: string;

  static async create(place: Place): Promise<Installation> {
    const { postgres } = await import('../../tools/lib/services.mjs');
    const database = await postgres();
    // It listens on this machine alone.
    const relay = createServer(socket => {
      const other = connect(Number(new URL(database.url).port), '127.0.0.1');
      socket.pipe(other).pipe(socket);
      for (const each of [socket, other])
        each.on('error', () => [socket, other].forEach(end => end.destroy()));
    }).listen(0, place.host);
    await once(relay, 'listening');
    const ports = { portal: await freePort(), gateway: await freePort() };
    // Who says who people are is reached by TLS: here with an authority that only this portal trusts.
    const overlay = mkdtempSync(join(tmpdir(), 'overlay-'));
    const [key, certificate] = ['issuer.key', 'issuer.crt'].map(name =>
      join(overlay, name),
    );
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', certificate, '-subj', '/CN=issuer'],
      ...['-addext', `subjectAltName=IP:${place.host}`],
    ]);
    const issuer = await Issuer.start(`http://localhost:${ports.portal}`, [
      place.host,
      key,
      certificate,
    ]);
    return new Installation(place, database, relay, issuer, ports, overlay);
  }

  private constructor(
    place: Place,
    database: { url: string; stop(): Promise<void> },
    relay: Server,
    issuer: Issuer,
    ports: { portal: number; gateway: number },
    overlay: string,
  ) {
    this.#overlay = overlay;
    this.#place = place;
    this.#database = database;
    this.#relay = relay;
    this.issuer = issuer;
    this.#ports = ports;
    this.url = `http://localhost:${ports.portal}`;
  }

  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await run('kubectl', args, {
      env: { ...process.env, KUBECONFIG: this.#place.kubeconfig },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  /** What the guide calls "your overlay": the example, with the names of this place. */
  #writeOverlay(): void {
    const { images, host } = this.#place;
    const values = {
      PORTAL_URL: this.url,
      APPS_URL: `http://apps.localhost:${this.#ports.gateway}`,
      OIDC_METADATA_URL: `${this.issuer.url}/.well-known/openid-configuration`,
      POSTGRES_HOST: host,
      POSTGRES_PORT: String((this.#relay.address() as AddressInfo).port),
      POSTGRES_USER: 'postgres',
      POSTGRES_DATABASE: 'postgres',
      RUNTIME_IMAGES: images,
    };
    writeFileSync(
      join(this.#overlay, 'kustomization.yaml'),
      JSON.stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [
          relative(this.#overlay, join(ROOT, 'deploy/overlays/example')),
        ],
        configMapGenerator: [
          {
            name: 'app-store',
            namespace: 'app-store',
            behavior: 'merge',
            literals: Object.entries(values).map(entry => entry.join('=')),
          },
          { name: 'authorities', namespace: 'app-store', files: [AUTHORITY] },
        ],
        patches: [
          {
            target: { kind: 'Deployment', name: 'app-store' },
            patch: JSON.stringify([
              {
                op: 'add',
                path: '/spec/template/spec/containers/0/env',
                value: [
                  {
                    name: 'NODE_EXTRA_CA_CERTS',
                    value: `/etc/authorities/${AUTHORITY}`,
                  },
                ],
              },
              {
                op: 'add',
                path: '/spec/template/spec/containers/0/volumeMounts/-',
                value: { name: 'authorities', mountPath: '/etc/authorities' },
              },
              {
                op: 'add',
                path: '/spec/template/spec/volumes/-',
                value: {
                  name: 'authorities',
                  configMap: { name: 'authorities' },
                },
              },
            ]),
          },
        ],
        images: [
          {
            name: 'registry.our-company.example/ai-app-store/portal',
            newName: `${images}/portal`,
          },
        ],
      }),
    );
  }

  /** Applies it, waits until it runs, and makes it reachable from this machine. */
  async install(): Promise<void> {
    await this.kubectl('create', 'namespace', 'app-store');
    await this.kubectl(
      ...['-n', 'app-store', 'create', 'secret', 'generic', 'app-store'],
      '--from-literal=POSTGRES_PASSWORD=none-is-asked-for',
      '--from-literal=AUTH_SESSION_SECRET=a-long-text-for-this-test-alone',
      `--from-literal=OIDC_CLIENT_ID=${this.issuer.client.id}`,
      `--from-literal=OIDC_CLIENT_SECRET=${this.issuer.client.secret}`,
    );
    this.#writeOverlay();
    await this.kubectl('apply', '-k', this.#overlay);
    await this.kubectl(
      ...['-n', 'app-store', 'rollout', 'status', 'deployment/app-store'],
      '--timeout=180s',
    );
    this.#forward('app-store', `${this.#ports.portal}:7007`);
    this.#forward('app-store-gateway', `${this.#ports.gateway}:7008`);
    for (let i = 0; ; i++) {
      const isReady = await fetch(
        `${this.url}/.backstage/health/v1/readiness`,
      ).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      if (i > 300) throw new Error('the portal cannot be reached');
      await sleep(100);
    }
  }

  #forward(service: string, ports: string): void {
    this.#forwards.push(
      spawn(
        'kubectl',
        ['-n', 'app-store', 'port-forward', `service/${service}`, ports],
        {
          env: { ...process.env, KUBECONFIG: this.#place.kubeconfig },
          stdio: 'ignore',
        },
      ),
    );
  }

  /** Writes what the portal said to where it can be read. */
  async keepLog(directory: string): Promise<void> {
    mkdirSync(directory, { recursive: true });
    const log = await this.kubectl(
      ...['-n', 'app-store', 'logs', 'deployment/app-store', '--tail=-1'],
    ).catch(String);
    writeFileSync(join(directory, 'portal.log'), log);
  }

  /** Takes everything away again. */
  async remove(): Promise<void> {
    for (const child of this.#forwards) child.kill();
    await this.kubectl(
      ...['delete', 'namespace', ...NAMESPACES, '--ignore-not-found'],
    );
    await this.kubectl(
      ...['delete', 'clusterrole,clusterrolebinding', '--ignore-not-found'],
      'app-store-token-review',
    );
    await this.issuer.stop();
    this.#relay.close();
    await this.#database.stop();
    rmSync(this.#overlay, { recursive: true, force: true });
  }
}
