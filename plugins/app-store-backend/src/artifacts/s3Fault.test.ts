import { s3Fault } from './s3Fault';

const error = (name: string, more: object = {}) =>
  Object.assign(new Error(`text of ${name}`), { name, ...more });

describe('s3Fault', () => {
  it.each([
    ['NoSuchBucket', error('NoSuchBucket'), 'bucket', /no such bucket/],
    [
      'a code beside a name',
      error('Error', { Code: 'ExpiredToken' }),
      'accessKeyId',
      /expired/,
    ],
    ['no region', new Error('Region is missing'), 'region', /not set/],
    [
      'no credentials',
      error('CredentialsProviderError'),
      'accessKeyId',
      /no credentials/,
    ],
    [
      'HEAD in another region',
      error('301', { $metadata: { httpStatusCode: 301 } }),
      'region',
      /another/,
    ],
    [
      'HEAD without rights',
      error('Forbidden', { $metadata: { httpStatusCode: 403 } }),
      'bucket',
      /permissions/,
    ],
    [
      'the network',
      error('Error', { code: 'ENOTFOUND' }),
      'endpoint',
      /not known/,
    ],
    [
      'the network, wrapped',
      new Error('wrapper for connect ECONNREFUSED'),
      'endpoint',
      /refuses/,
    ],
    [
      'a connection that ends',
      error('TimeoutError', { code: 'ECONNRESET' }),
      'endpoint',
      /ends connections/,
    ],
    [
      'a connection that ends, wrapped',
      new Error('wrapper for TimeoutError: socket hang up'),
      'endpoint',
      /ends connections/,
    ],
    [
      'what is below',
      new Error('outer', { cause: error('NoSuchBucket') }),
      'bucket',
      /no such/,
    ],
    [
      'a certificate',
      error('Error', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      'endpoint',
      /not trusted/,
    ],
    [
      'anything else',
      error('SlowDown', { $metadata: { httpStatusCode: 503 } }),
      'endpoint',
      /\(SlowDown, HTTP 503\)/,
    ],
    ['nothing', undefined, 'endpoint', /it refused the request/],
  ])('reads %s', (_, thrown, key, what) => {
    expect(s3Fault(thrown)).toEqual({
      key,
      what: expect.stringMatching(what),
    });
  });
});
