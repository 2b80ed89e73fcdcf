/** AWS Signature Version 4 of a request, as a server works it out. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();

/** What the `Authorization` header says; undefined where it says something else. */
export function readAuthorization(request: IncomingMessage) {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return undefined;
  const [, accessKeyId, day, region, signedHeaders, signature] = match;
  return { accessKeyId, day, region, signedHeaders, signature };
}

/** The signature that a request should have. */
export function signatureOf(
  request: IncomingMessage,
  authorization: { day: string; region: string; signedHeaders: string },
  secretAccessKey: string,
): string {
  const { day, region, signedHeaders } = authorization;
  const [path, query = ''] = request.url!.split('?');
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .filter(Boolean)
      .map(part => (part.includes('=') ? part : `${part}=`))
      .sort()
      .join('&'),
    ...signedHeaders
      .split(';')
      .map(name => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${secretAccessKey}`, day),
  );
  return hmac(key, toSign).toString('hex');
}
