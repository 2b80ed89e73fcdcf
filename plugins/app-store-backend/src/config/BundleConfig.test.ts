import { ConfigReader } from '@backstage/config';
import { readConfig } from '@ai-app-store/backstage-plugin-app-store-node';
import { z } from 'zod';
import { bundlesSchema } from './BundleConfig';
import { section } from './values';

const read = (bundles?: object) =>
  readConfig(
    new ConfigReader({ appStore: bundles ? { bundles } : {} }),
    z.object({ appStore: section({ bundles: bundlesSchema }) }),
  ).appStore.bundles;
const s3 = (change: object) => ({
  spoolDirectory: '/spool',
  s3: { bucket: 'bundles', ...change },
});

describe('appStore.bundles', () => {
  it('reads a directory', () => {
    expect(read({ directory: '/b' })).toEqual({
      kind: 'directory',
      directory: '/b',
      shared: false,
    });
    expect(read({ directory: '/b', shared: true })).toMatchObject({
      shared: true,
    });
  });

  it('reads a bucket of AWS, with the credentials of the machine', () => {
    expect(read(s3({ region: 'eu-central-1' }))).toEqual({
      kind: 's3',
      spoolDirectory: '/spool',
      s3: {
        bucket: 'bundles',
        region: 'eu-central-1',
        prefix: '',
        forcePathStyle: false,
      },
    });
  });

  it('reads a bucket of somebody else', () => {
    expect(
      read(
        s3({
          endpoint: 'https://s3.example.com:9000',
          prefix: '/apps/store/',
          accessKeyId: 'id',
          secretAccessKey: 'key',
        }),
      ),
    ).toMatchObject({
      s3: {
        endpoint: 'https://s3.example.com:9000',
        region: 'us-east-1',
        prefix: 'apps/store/',
        credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
        forcePathStyle: true,
      },
    });
  });

  it.each([
    [
      'nothing',
      undefined,
      /appStore\.bundles\.directory is missing.*unless appStore\.bundles\.s3 is set/,
    ],
    [
      'neither',
      {},
      /appStore\.bundles\.directory is missing.*unless appStore\.bundles\.s3 is set/,
    ],
    ['both', { directory: '/b', ...s3({}) }, /appStore\.bundles has both/],
    [
      'no spool',
      { s3: { bucket: 'abc' } },
      /bundles\.spoolDirectory is missing/,
    ],
    [
      'a spool for nothing',
      { directory: '/b', spoolDirectory: '/s' },
      /bundles\.spoolDirectory is for/,
    ],
    [
      'a shared bucket',
      { shared: true, ...s3({}) },
      /bundles\.shared is about/,
    ],
    [
      'shared as text',
      { directory: '/b', shared: 'perhaps' },
      /bundles\.shared/,
    ],
    ['no bucket', { spoolDirectory: '/s', s3: {} }, /bundles\.s3\.bucket/],
    [
      'a bucket that is a path',
      s3({ bucket: 'a/b/c' }),
      /bundles\.s3\.bucket must/,
    ],
    [
      'an endpoint without a scheme',
      s3({ endpoint: 'minio:9000' }),
      /s3\.endpoint must be/,
    ],
    [
      'credentials in the endpoint',
      s3({ endpoint: 'http://a:b@minio' }),
      /s3\.endpoint must not/,
    ],
    ['a prefix that climbs', s3({ prefix: 'a/../b' }), /s3\.prefix must/],
    ['a prefix of other characters', s3({ prefix: 'a b' }), /s3\.prefix must/],
    ['an id alone', s3({ accessKeyId: 'a' }), /s3\.secretAccessKey is missing/],
    [
      'a key alone',
      s3({ secretAccessKey: 'hush' }),
      /s3\.accessKeyId is missing/,
    ],
  ])('refuses %s, naming the key', (_, bundles, message) => {
    expect(() => read(bundles)).toThrow(message);
    expect(() => read(bundles)).not.toThrow(/hush|a:b@/);
  });

  it('says what is missing also where another key is wrong', () => {
    expect(() => read({ shared: 'perhaps' })).toThrow(
      /bundles\.shared must be true or false.*\n.*bundles\.directory is missing/,
    );
    expect(() =>
      read({ s3: { accessKeyId: 'a', forcePathStyle: 'perhaps' } }),
    ).toThrow(
      /s3\.bucket is missing.*\n.*s3\.forcePathStyle must.*\n.*s3\.secretAccessKey is missing.*\n.*bundles\.spoolDirectory is missing/,
    );
    expect(() => read('a' as never)).toThrow(
      /^appStore\.bundles must be an object; it is a text \(APP_CONFIG_appStore_bundles sets it\)$/,
    );
  });
});
