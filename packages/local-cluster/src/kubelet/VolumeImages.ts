/**
 * Images that volumes are made of: pulled from registries of this machine alone, and kept unpacked, so that a
 * node that has the content of an app starts it without asking anybody.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pull
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { x as unpack } from 'tar';
import { discard } from '../discard';
import { ImageError, unpulled, type LocalImages } from './images';

/** Unused images are kept for this long, in milliseconds. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** A registry that says nothing for this long is given up, in milliseconds. */
const TIMEOUT_MS = 60_000;
/** Most bytes of a manifest. */
const MANIFEST_LIMIT = 1024 ** 2;
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;
const REFERENCE = /^([^/]+)\/([^@]+)@sha256:([0-9a-f]{64})$/;

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** An image as its reference names it. */
interface Named {
  host: string;
  repository: string;
  /** Of its manifest, hexadecimal. */
  digest: string;
}

function parse(reference: string): Named {
  const [, host, repository, digest] = REFERENCE.exec(reference) ?? [];
  if (!digest)
    throw unpulled(
      reference,
      'the local cluster pulls only images that are named by a digest',
    );
  if (!LOOPBACK.test(host))
    throw unpulled(
      reference,
      `the local cluster pulls only from registries of this machine, and not from ${host}`,
    );
  return { host, repository, digest };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Directories that containers cannot write to, where nothing else keeps them from it. */
function closeDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) closeDirectories(join(directory, entry.name));
  chmodSync(directory, 0o555);
}

/** Passes on what it reads, and fails at the end where it is not what was named. */
function checked(digest: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const is = `sha256:${hash.digest('hex')}`;
      done(is === digest ? null : new Error(`${digest} is ${is}`));
    },
  });
}

/** The images that volumes of this node are made of. */
export class VolumeImages {
  readonly #directory: string;
  readonly #images: Pick<LocalImages, 'hasPullFault' | 'interfere'>;
  readonly #agent = new Agent();
  readonly #pulls = new Map<string, Promise<void>>();

  /** @param options - `images` says which faults pulls have */
  constructor(options: {
    directory: string;
    images: Pick<LocalImages, 'hasPullFault' | 'interfere'>;
  }) {
    this.#directory = options.directory;
    this.#images = options.images;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name);
      const isOld = Date.now() - statSync(path).mtimeMs > KEPT_MS;
      if (isOld || name.startsWith('.')) discard(path);
    }
  }

  /** Where an image is, or will be once it was pulled. @throws ImageError */
  directoryOf(reference: string): string {
    return join(this.#directory, parse(reference).digest);
  }

  /** Whether it is on this machine already; then it counts as used now. */
  has(reference: string): boolean {
    if (this.#images.hasPullFault) return false;
    let path: string;
    try {
      path = this.directoryOf(reference);
    } catch {
      // The pull says why.
      return false;
    }
    if (!existsSync(path)) return false;
    utimesSync(path, new Date(), new Date());
    return true;
  }

  /** Has it on this machine. @throws ImageError */
  async pull(reference: string, signal: AbortSignal): Promise<void> {
    await this.#images.interfere(signal);
    const path = this.directoryOf(reference);
    if (existsSync(path)) return;
    const pull =
      this.#pulls.get(path) ??
      this.#pull(reference, path).finally(() => this.#pulls.delete(path));
    this.#pulls.set(path, pull);
    // It goes on for others where who waits here is gone.
    pull.catch(() => {});
    await Promise.race([pull, aborted(signal)]);
  }

  async #pull(reference: string, path: string): Promise<void> {
    const half = join(this.#directory, `.${randomUUID()}`);
    try {
      mkdirSync(half);
      for (const layer of await this.#layers(reference))
        await this.#unpack(reference, layer, half);
      closeDirectories(half);
      renameSync(half, path);
    } catch (error) {
      discard(half);
      if (error instanceof ImageError) throw error;
      const { message, code } = error as NodeJS.ErrnoException;
      // Of several addresses that were tried there is no message.
      throw unpulled(reference, message || `connect: ${code}`);
    }
  }

  async #get(reference: string, kind: string, what: string): Promise<Readable> {
    const { host, repository } = parse(reference);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = get(
        `http://${host}/v2/${repository}/${kind}/${what}`,
        {
          // Nothing on this machine is behind a proxy, whatever the environment says.
          agent: this.#agent,
          headers: { accept: MANIFEST_TYPES.join(', ') },
          timeout: TIMEOUT_MS,
        },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () =>
        outgoing.destroy(new Error(`no answer for ${TIMEOUT_MS / 1000} s`)),
      );
    });
    const { statusCode, statusMessage } = response;
    if (statusCode === 200) return response;
    response.resume();
    throw statusCode === 404
      ? unpulled(reference, 'not found')
      : new Error(
          `unexpected status from GET request: ${statusCode} ${statusMessage}`,
        );
  }

  async #layers(reference: string): Promise<Descriptor[]> {
    const digest = `sha256:${parse(reference).digest}`;
    const stream = await this.#get(reference, 'manifests', digest);
    const chunks: Buffer[] = [];
    let size = 0;
    await pipeline(stream, checked(digest), async source => {
      for await (const chunk of source) {
        size += chunk.length;
        if (size > MANIFEST_LIMIT) throw new Error('the manifest is too large');
        chunks.push(chunk);
      }
    });
    const { layers } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (!Array.isArray(layers)) throw new Error('the manifest has no layers');
    return layers;
  }

  async #unpack(
    reference: string,
    { digest, mediaType }: Descriptor,
    directory: string,
  ): Promise<void> {
    if (!/\btar(\+gzip|\.gzip)?$/.test(mediaType))
      throw new Error(`no layer of the type ${mediaType} can be unpacked`);
    // Looked through first: nothing of what was not named is unpacked.
    const archive = `${directory}.layer`;
    try {
      await pipeline(
        await this.#get(reference, 'blobs', digest),
        checked(digest),
        createWriteStream(archive, { mode: 0o600 }),
      );
      await unpack({
        file: archive,
        cwd: directory,
        strict: true,
        preserveOwner: false,
        // Containers read it, and change nothing of it.
        onReadEntry: entry => {
          if (entry.type !== 'Directory')
            entry.mode = (entry.mode ?? 0o644) & ~0o222;
        },
        filter: (_path, entry) =>
          !('type' in entry) ||
          ['File', 'Directory', 'OldFile'].includes(entry.type),
      });
    } finally {
      discard(archive);
    }
  }
}
