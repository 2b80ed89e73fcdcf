/** Volumes made of images, pulled from a registry of this machine. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isReady, OwnCluster, script } from '../__testUtils__/clusters';
import type { Json } from '../types';

const sha256 = (data: Buffer) =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** A registry with one image, as others serve it: compressed, in two layers. */
class Registry {
  readonly asked: string[] = [];
  /** In place of the layers. */
  damaged: Buffer | undefined;
  readonly #parts = new Map<string, Buffer>();
  readonly #server = createServer((request, response) => {
    this.asked.push(request.url!);
    const digest = request.url!.split('/').at(-1)!;
    const part = this.#parts.get(digest);
    const isLayer = request.url!.includes('/blobs/');
    if (!part) response.writeHead(404).end();
    else response.end(isLayer && this.damaged ? this.damaged : part);
  });
  manifest = '';

  static async open(layers: Array<Record<string, string>>): Promise<Registry> {
    const registry = new Registry();
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    const described = [];
    for (const files of layers) {
      const directory = mkdtempSync(join(tmpdir(), 'layer-'));
      for (const [name, text] of Object.entries(files))
        writeFileSync(join(directory, name), text);
      const tar = Buffer.concat(
        await create(
          { cwd: directory, gzip: true },
          readdirSync(directory),
        ).collect(),
      );
      rmSync(directory, { recursive: true });
      described.push({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: registry.#keep(tar),
        size: tar.length,
      });
    }
    registry.manifest = registry.#keep(
      Buffer.from(JSON.stringify({ schemaVersion: 2, layers: described })),
    );
    return registry;
  }

  #keep(part: Buffer): string {
    const digest = sha256(part);
    this.#parts.set(digest, part);
    return digest;
  }

  get reference(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `localhost:${port}/team/app@${this.manifest}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe('15: volumes made of images', () => {
  const own = OwnCluster.use();
  const pods = '/api/v1/namespaces/default/pods';
  let registry: Registry;
  beforeEach(async () => {
    registry = await Registry.open([
      { 'a.txt': 'first', 'b.txt': 'first' },
      // Another image for each test.
      { 'b.txt': 'second', id: randomUUID() },
    ]);
  });
  afterEach(() => registry.close());

  const podOf = (name: string, reference: string): Json => ({
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'local/node:24',
          workingDir: '/content',
          command: script(
            `const fs = require('node:fs');
             const read = name => fs.readFileSync(name, 'utf8');
             let wrote = 'wrote';
             try { fs.writeFileSync('c.txt', ''); } catch (error) { wrote = error.code; }
             console.log(read('a.txt'), read('b.txt'), wrote);`,
          ),
          volumeMounts: [{ name: 'content', mountPath: '/content' }],
        },
      ],
      volumes: [{ name: 'content', image: { reference } }],
    },
  });
  const start = (name: string, reference = registry.reference) =>
    own.client.call('POST', pods, podOf(name, reference));
  const stateOf = async (name: string): Promise<Json> =>
    (await own.client.call('GET', `${pods}/${name}`)).body.status
      .containerStatuses?.[0]?.state ?? {};
  const events = async (name: string): Promise<string[]> => {
    const { body } = await own.client.call('GET', `${dirname(pods)}/events`);
    return body.items
      .filter((each: Json) => each.involvedObject.name === name)
      .map((each: Json) =>
        `${each.reason} ${each.involvedObject.fieldPath ?? '-'}: ${
          each.message
        }`
          .replaceAll(registry.reference, 'REFERENCE')
          .replace(/\d+ms/g, 'some ms'),
      );
  };
  const logOf = async (name: string) => {
    await own.client.until(
      'its end',
      async () => (await stateOf(name)).terminated,
    );
    return (await own.client.call('GET', `${pods}/${name}/log`)).body;
  };

  it('15: pulls an image once, and mounts its layers, one over the other, read-only', async () => {
    await start('once');
    expect(await logOf('once')).toBe('first second EROFS\n');
    expect(await events('once')).toEqual(
      expect.arrayContaining([
        'Pulling -: Pulling image "REFERENCE"',
        'Pulled -: Successfully pulled image "REFERENCE" in some ms (some ms including waiting). Image size: 0 bytes.',
      ]),
    );
    const asked = registry.asked.length;
    expect(asked).toBe(3);
    await start('again');
    expect(await logOf('again')).toBe('first second EROFS\n');
    expect(await events('again')).toContain(
      'Pulled -: Container image "REFERENCE" already present on machine',
    );
    expect(registry.asked).toHaveLength(asked);
  });

  it('15: says what is wrong, tries again, and keeps nothing of what is damaged', async () => {
    registry.damaged = Buffer.from('something else');
    await start('damaged');
    const failed = await own.client.until('a failure', async () => {
      const { waiting } = await stateOf('damaged');
      return waiting?.reason === 'ImagePullBackOff' && waiting;
    });
    expect(failed.message).toMatch(
      `Back-off pulling image ${JSON.stringify(
        registry.reference,
      )}: ErrImagePull: `,
    );
    expect(await events('damaged')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^Failed -: Failed to pull image "REFERENCE": failed to pull and unpack image/,
        ),
        'Failed spec.containers{main}: Error: ErrImagePull',
        'BackOff -: Back-off pulling image "REFERENCE"',
      ]),
    );
    const images = join(own.directory, 'images');
    expect(
      existsSync(join(images, registry.manifest.replace('sha256:', ''))),
    ).toBe(false);
    expect(readdirSync(images).filter(name => name.startsWith('.'))).toEqual(
      [],
    );
    registry.damaged = undefined;
    expect(await logOf('damaged')).toBe('first second EROFS\n');
  });

  it.each([
    [
      'of another machine',
      'registry.example/team/app',
      /only from registries of this machine, and not from registry\.example/,
    ],
    ['that is not there', '', /not found/],
  ])('15: refuses an image %s', async (_what, name, message) => {
    const digest = sha256(Buffer.from('nothing'));
    const pod = `refused-${name.length}`;
    await start(
      pod,
      `${name || registry.reference.replace(/@.*/, '')}@${digest}`,
    );
    const { message: said } = await own.client.until('a failure', async () => {
      const { waiting } = await stateOf(pod);
      return waiting?.reason === 'ErrImagePull' && waiting;
    });
    expect(said).toMatch(message);
    const reference = `${
      name || registry.reference.replace(/@.*/, '')
    }@${digest}`;
    await own.client.until('its wait', async () =>
      (
        await events(pod)
      ).includes(
        `BackOff -: Back-off pulling image ${JSON.stringify(reference)}`,
      ),
    );
    await own.client.call('DELETE', `${pods}/${pod}`);
  });

  it('15: refuses a volume without a reference, and one that is made of two things', async () => {
    const answer = await start('nameless', '');
    expect([answer.status, answer.body.message]).toEqual([
      422,
      expect.stringContaining(
        'spec.volumes[0].image.reference: Required value',
      ),
    ]);
    const both = podOf('both', registry.reference);
    both.spec.volumes[0].emptyDir = {};
    expect((await own.client.call('POST', pods, both)).body.message).toContain(
      'may not specify more than 1 volume type',
    );
    const { body } = await start('defaulted');
    expect(body.spec.volumes[0].image.pullPolicy).toBe('IfNotPresent');
    expect(isReady(body)).toBeFalsy();
  });
});
