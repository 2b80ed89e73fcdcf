/** The SDK's client, set so that it asks only for what every S3-compatible store knows, and gives up in time. */
import { S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from '../config/BundleConfig';

/** Slow readers hold a connection each; the SDK's fifty would be used up by them. */
const SOCKETS = 1000;
const CONNECT_MS = 10_000;
/** Until an answer begins. */
const ANSWER_MS = 120_000;

/** @param options.attempts - of one request; the SDK's own number where there is none */
export function s3Client(
  config: S3Config,
  options: { attempts?: number } = {},
): S3Client {
  const agent = { maxSockets: SOCKETS };
  return new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    credentials: config.credentials,
    forcePathStyle: config.forcePathStyle,
    maxAttempts: options.attempts,
    // TLS or the signature covers what is sent; trailing checksums are not known everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
