/**
 * Reads what the S3 SDK throws: which key of the configuration is at fault, and what is
 * wrong in plain words. No endpoint, key or secret is repeated.
 */

/** What is wrong with a bucket, and which key of the configuration is at fault. */
export interface S3Fault {
  /** Of the keys below `appStore.bundles.s3`. */
  key:
    | 'bucket'
    | 'endpoint'
    | 'region'
    | 'accessKeyId'
    | 'secretAccessKey'
    | 'prefix';
  what: string;
}

/** What is known of an error of the SDK or of the network below it. */
interface SdkError {
  name?: string;
  Code?: string;
  code?: string;
  message?: string;
  cause?: unknown;
  $metadata?: { httpStatusCode?: number };
}

const BY_CODE: Record<string, S3Fault> = {
  NoSuchBucket: { key: 'bucket', what: 'there is no such bucket' },
  InvalidBucketName: { key: 'bucket', what: 'no bucket can have this name' },
  InvalidAccessKeyId: { key: 'accessKeyId', what: 'it is not known there' },
  InvalidToken: { key: 'accessKeyId', what: 'its session token is not valid' },
  ExpiredToken: { key: 'accessKeyId', what: 'its session token has expired' },
  SignatureDoesNotMatch: {
    key: 'secretAccessKey',
    what: 'it does not belong to the access key',
  },
  CredentialsProviderError: {
    key: 'accessKeyId',
    what: 'it is not set, and this machine has no credentials of its own',
  },
  RequestTimeTooSkewed: {
    key: 'endpoint',
    what: 'its clock and that of this machine differ too much',
  },
  PermanentRedirect: { key: 'region', what: 'the bucket is in another one' },
  AuthorizationHeaderMalformed: {
    key: 'region',
    what: 'the bucket is in another one',
  },
  ENOTFOUND: { key: 'endpoint', what: 'its host is not known' },
  EAI_AGAIN: { key: 'endpoint', what: 'its host is not known' },
  ECONNREFUSED: { key: 'endpoint', what: 'it refuses connections' },
  ECONNRESET: { key: 'endpoint', what: 'it ends connections' },
  EPIPE: { key: 'endpoint', what: 'it ends connections' },
  EHOSTUNREACH: { key: 'endpoint', what: 'there is no route to it' },
  ENETUNREACH: { key: 'endpoint', what: 'there is no route to it' },
  ETIMEDOUT: { key: 'endpoint', what: 'it does not answer in time' },
  TimeoutError: { key: 'endpoint', what: 'it does not answer in time' },
};

/** What HTTP says where S3's own code is missing, as in answers to HEAD. */
const BY_STATUS: Record<number, S3Fault> = {
  301: BY_CODE.PermanentRedirect,
  403: {
    key: 'bucket',
    what: 'its credentials do not have the permissions that the store needs (to list, read, write and delete)',
  },
};

/** @param error - whatever was thrown while the bucket was used */
export function s3Fault(error: unknown): S3Fault {
  const { name, Code, code, message, cause, $metadata }: SdkError =
    typeof error === 'object' && error ? error : {};
  // The SDK may wrap an error of the network so that only its text is left.
  const [textCode] = /\bE[A-Z_]{3,}\b/.exec(message ?? '') ?? [];
  if (message?.includes('socket hang up')) return BY_CODE.ECONNRESET;
  // It calls each broken connection a TimeoutError: the code says what it was.
  for (const word of [Code, code, name, textCode]) {
    const known = word && BY_CODE[word];
    if (known) return known;
  }
  if (message === 'Region is missing')
    return {
      key: 'region',
      what: 'it is not set, and neither is it in the environment',
    };
  const status = $metadata?.httpStatusCode ?? 0;
  if (BY_STATUS[status]) return BY_STATUS[status];
  if (cause) return s3Fault(cause);
  if (code?.includes('CERT') || code?.startsWith('ERR_TLS'))
    return {
      key: 'endpoint',
      what: `its certificate is not trusted (${code})`,
    };
  return {
    key: 'endpoint',
    what: `it refused the request (${[Code ?? name, status && `HTTP ${status}`]
      .filter(Boolean)
      .join(', ')})`,
  };
}
