import { mockServices } from '@backstage/backend-test-utils';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Config } from '../config/BundleConfig';
import { openStores } from './openStores';
import { S3Server } from './__testUtils__/S3Server';

jest.setTimeout(30_000);

describe('openStores', () => {
  const logger = mockServices.logger.mock();
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'spool-'));
  let server: S3Server;
  beforeEach(async () => {
    server = await S3Server.start();
  });
  afterEach(() => server.stop());
  afterAll(() => rmSync(spoolDirectory, { recursive: true, force: true }));

  const open = async (
    change: Partial<S3Config> = {},
    { installation = 'mine', spool = spoolDirectory } = {},
  ) => {
    const stores = await openStores(
      {
        kind: 's3',
        s3: { ...server.config, ...change },
        spoolDirectory: spool,
      },
      { environmentBytes: 1000, installation, logger },
    );
    stores.close();
  };

  it('opens a bucket, again and again, and leaves its name there', async () => {
    await open();
    await open();
    expect(server.keys()).toEqual(['store/installation']);
  });

  it('is not taken in by the bucket of another store', async () => {
    await open();
    await expect(open({}, { installation: 'other' })).rejects.toThrow(
      /^appStore\.bundles\.s3\.prefix: .* belong to another app store \(installation mine;/,
    );
    await open({ prefix: 'other/' }, { installation: 'other' });
  });

  const credentials = { accessKeyId: 'AKTEST', secretAccessKey: 'wrong' };
  it.each<[string, Partial<S3Config>, RegExp]>([
    ['bucket', { bucket: 'nowhere' }, /s3\.bucket: .*no such bucket/],
    ['secret', { credentials }, /s3\.secretAccessKey: .*does not belong/],
    [
      'access key',
      { credentials: { ...credentials, accessKeyId: 'NOBODY' } },
      /s3\.accessKeyId: .*not known there/,
    ],
    ['region', { region: 'eu-central-1' }, /s3\.region: .*in another one/],
    [
      'port',
      { endpoint: 'http://127.0.0.1:1' },
      /s3\.endpoint: .*refuses connections/,
    ],
    [
      'host',
      { endpoint: 'http://nobody.invalid' },
      /s3\.endpoint: .*host is not known/,
    ],
  ])(
    'names the key of a wrong %s, in one sentence',
    async (_, change, says) => {
      const error = await open(change).catch(e => e);
      expect(error.message).toMatch(says);
      expect(error.message).toMatch(/^appStore\.bundles\.[^\n]+$/);
      expect(error.message).not.toMatch(/wrong|AKTEST/);
    },
  );

  it.each(['PutObject', 'GetObject', 'ListObjectsV2', 'DeleteObject'])(
    'says so where the credentials do not allow %s',
    async call => {
      server.fault = at => (at === call ? 'denied' : undefined);
      await expect(open()).rejects.toThrow(
        /^appStore\.bundles\.s3\.bucket: .*list, read, write and delete/,
      );
    },
  );

  it('names the key of a spool directory that is none', async () => {
    const file = join(spoolDirectory, 'file');
    writeFileSync(file, '');
    await expect(open({}, { spool: file })).rejects.toThrow(
      /^appStore\.bundles\.spoolDirectory \(/,
    );
  });
});
