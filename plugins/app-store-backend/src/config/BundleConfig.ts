/**
 * Where bundles, pictures and environments are kept (`appStore.bundles`): a directory
 * of this machine, or a bucket of an S3-compatible store; never both, never neither.
 */
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { absolutePath } from './paths';

/** A bucket, and how to get at it. */
export interface S3Config {
  bucket: string;
  /** Base URL of an S3-compatible store; AWS's own where there is none. */
  endpoint?: string;
  region?: string;
  /** What all keys begin with; empty, or with a slash at its end. */
  prefix: string;
  /** The SDK's own chain (environment, instance role) where there are none. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  forcePathStyle: boolean;
}

/** See the module's comment. */
export type BundleConfig =
  | {
      kind: 'directory';
      directory: string;
      /** Whether every replica sees this very directory. */
      shared: boolean;
    }
  | {
      kind: 's3';
      s3: S3Config;
      /** Uploads that are under way, and copies of bundles that are being read. */
      spoolDirectory: string;
    };

/** Of buckets as AWS names them today, and as it and others once did. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/;
/** Characters that S3 calls safe in keys. */
const PREFIX = /^[A-Za-z0-9!_.*'()/-]*$/;

const DIRECTORY = 'appStore.bundles.directory';
const S3 = 'appStore.bundles.s3';

function refuse(key: string, text: string): never {
  throw new InputError(`${key} ${text}`);
}

function readEndpoint(config: Config): string | undefined {
  const text = config.getOptionalString('endpoint');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    refuse(
      `${S3}.endpoint`,
      `must be an http or https URL; it is ${JSON.stringify(text)}`,
    );
  if (url.username || url.password)
    refuse(
      `${S3}.endpoint`,
      `must not hold credentials; they go into ${S3}.accessKeyId and ${S3}.secretAccessKey`,
    );
  return text;
}

function readPrefix(config: Config): string {
  const text = config.getOptionalString('prefix') ?? '';
  const inner = text.replace(/^\/+|\/+$/g, '');
  if (
    !PREFIX.test(inner) ||
    inner.split('/').some(part => part === '.' || part === '..') ||
    inner.includes('//')
  )
    refuse(
      `${S3}.prefix`,
      `must be path segments of letters, digits and !_.*'()-; it is ${JSON.stringify(
        text,
      )}`,
    );
  return inner && `${inner}/`;
}

function readCredentials(config: Config): S3Config['credentials'] {
  const accessKeyId = config.getOptionalString('accessKeyId');
  const secretAccessKey = config.getOptionalString('secretAccessKey');
  if (accessKeyId && !secretAccessKey)
    refuse(`${S3}.secretAccessKey`, `is missing: ${S3}.accessKeyId is set`);
  if (secretAccessKey && !accessKeyId)
    refuse(`${S3}.accessKeyId`, `is missing: ${S3}.secretAccessKey is set`);
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey }
    : undefined;
}

function readS3(config: Config): S3Config {
  const bucket = config.getString('bucket');
  if (!BUCKET.test(bucket))
    refuse(
      `${S3}.bucket`,
      `must be the name of a bucket; it is ${JSON.stringify(bucket)}`,
    );
  const endpoint = readEndpoint(config);
  return {
    bucket,
    endpoint,
    // Others than AWS do not care, but the signature wants one.
    region:
      config.getOptionalString('region') ??
      (endpoint ? 'us-east-1' : undefined),
    prefix: readPrefix(config),
    credentials: readCredentials(config),
    forcePathStyle:
      config.getOptionalBoolean('forcePathStyle') ?? endpoint !== undefined,
  };
}

/**
 * Reads `appStore.bundles`.
 *
 * @param config - `appStore`
 * @throws InputError naming the key
 */
export function readBundleConfig(config: Config): BundleConfig {
  const directory = config.getOptionalString('bundles.directory');
  const s3 = config.getOptionalConfig('bundles.s3');
  const shared = config.getOptionalBoolean('bundles.shared');
  const spool = config.getOptionalString('bundles.spoolDirectory');
  if (directory !== undefined && s3)
    refuse(
      'appStore.bundles',
      `has both directory and s3: bundles are kept in one place; remove one of them`,
    );
  if (s3) {
    if (shared !== undefined)
      refuse(
        'appStore.bundles.shared',
        `is about ${DIRECTORY}: a bucket is shared as it is; remove it`,
      );
    if (spool === undefined)
      refuse(
        'appStore.bundles.spoolDirectory',
        `is missing: with ${S3} a directory of this machine is needed for uploads that are under way`,
      );
    return {
      kind: 's3',
      s3: readS3(s3),
      spoolDirectory: absolutePath(spool),
    };
  }
  if (directory === undefined)
    refuse(
      'appStore.bundles',
      `says nothing of where bundles are kept: set ${DIRECTORY} or ${S3}`,
    );
  if (spool !== undefined)
    refuse(
      'appStore.bundles.spoolDirectory',
      `is for ${S3}: with ${DIRECTORY} uploads wait in that directory; remove it`,
    );
  return {
    kind: 'directory',
    directory: absolutePath(directory),
    shared: shared ?? false,
  };
}
