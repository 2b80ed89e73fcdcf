/**
 * Where bundles, pictures and environments are kept (`appStore.bundles`): a directory
 * of this machine, or a bucket of an S3-compatible store; never both, never neither.
 */
import { z } from 'zod';
import { flag, path, secret, text } from './values';

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

/** A directory or a bucket. */
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

/** What is missing is said also where another key is wrong. */
const ALSO_THEN = {
  when: ({ value }: { value: unknown }) =>
    typeof value === 'object' && !Array.isArray(value),
};

const endpoint = text
  .refine(
    value => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    { error: 'must be an http or https URL', abort: true },
  )
  .refine(
    value => !new URL(value).username && !new URL(value).password,
    `must not hold credentials, which go into ${S3}.accessKeyId and ${S3}.secretAccessKey`,
  );

const prefix = text
  .transform(value => value.replace(/^\/+|\/+$/g, ''))
  .refine(
    inner =>
      PREFIX.test(inner) &&
      !inner.includes('//') &&
      !inner.split('/').some(part => part === '.' || part === '..'),
    "must be path segments of letters, digits and !_.*'()-",
  )
  .transform(inner => inner && `${inner}/`);

const s3Schema = z
  .object({
    bucket: text.regex(BUCKET, 'must be the name of a bucket'),
    endpoint: endpoint.optional(),
    region: text.optional(),
    prefix: prefix.default(''),
    accessKeyId: secret('must be a text').optional(),
    secretAccessKey: secret('must be a text').optional(),
    forcePathStyle: flag.optional(),
  })
  .superRefine((s3, context) => {
    const keys = ['accessKeyId', 'secretAccessKey'] as const;
    const missing = keys.filter(key => s3[key] === undefined);
    if (missing.length === 1)
      context.addIssue({
        code: 'custom',
        path: missing,
        message: `is missing: ${S3}.${keys.find(key => s3[key])} is set`,
      });
  }, ALSO_THEN)
  .transform(
    ({ accessKeyId, secretAccessKey, ...s3 }): S3Config => ({
      ...s3,
      // Others than AWS do not care, but the signature wants one.
      region: s3.region ?? (s3.endpoint ? 'us-east-1' : undefined),
      credentials:
        accessKeyId && secretAccessKey
          ? { accessKeyId, secretAccessKey }
          : undefined,
      forcePathStyle: s3.forcePathStyle ?? s3.endpoint !== undefined,
    }),
  );

/** `bundles` */
export const bundlesSchema = z
  .object({
    directory: path.optional(),
    shared: flag.optional(),
    s3: s3Schema.optional(),
    spoolDirectory: path.optional(),
  })
  .superRefine(({ directory, shared, s3, spoolDirectory }, context) => {
    const refuse = (key: string[], message: string) =>
      context.addIssue({ code: 'custom', path: key, message });
    if (s3 && directory !== undefined)
      refuse(
        [],
        'has both directory and s3: bundles are kept in one place; remove one of them',
      );
    else if (s3) {
      if (shared !== undefined)
        refuse(
          ['shared'],
          `is about ${DIRECTORY}: a bucket is shared as it is; remove it`,
        );
      if (spoolDirectory === undefined)
        refuse(
          ['spoolDirectory'],
          `is missing: with ${S3} a directory of this machine is needed for uploads that are under way`,
        );
    } else {
      if (directory === undefined)
        refuse(
          ['directory'],
          `is missing: bundles are kept there, unless ${S3} is set`,
        );
      if (spoolDirectory !== undefined)
        refuse(
          ['spoolDirectory'],
          `is for ${S3}: with ${DIRECTORY} uploads wait in that directory; remove it`,
        );
    }
  }, ALSO_THEN)
  .transform(
    ({ directory, shared = false, s3, spoolDirectory }): BundleConfig =>
      s3
        ? { kind: 's3', s3, spoolDirectory: spoolDirectory! }
        : { kind: 'directory', directory: directory!, shared },
  )
  .prefault({});
