import { request } from 'node:https';
import { parse } from 'yaml';
import { OwnCluster } from '../__testUtils__/clusters';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const KNOWN = `${CONFIGMAPS}/known`;
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

const named = (name: string, rest: object = {}, metadata: object = {}) =>
  JSON.stringify({ metadata: { name, ...metadata }, ...rest });
const nested = (depth: number) =>
  `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

type Case = [
  what: string,
  method: string,
  path: string,
  type: string,
  body: string | Buffer,
  status: number,
  message: RegExp,
];

const CASES: Case[] = [
  [
    'a body of 5 MB',
    'POST',
    CONFIGMAPS,
    'application/json',
    named('a', { data: { x: 'y'.repeat(5_000_000) } }),
    413,
    /^Request entity too large: limit is 3145728$/,
  ],
  [
    'a patch of 5 MB',
    'PATCH',
    KNOWN,
    MERGE,
    JSON.stringify({ data: { x: 'y'.repeat(5_000_000) } }),
    413,
    /^Request entity too large/,
  ],
  [
    'a ConfigMap of 2 MB',
    'POST',
    CONFIGMAPS,
    'application/json',
    named('a', { data: { x: 'y'.repeat(2_000_000) } }),
    422,
    /Too long: may not be more than 1048576 bytes/,
  ],
  [
    'a pod of 2 MB',
    'POST',
    PODS,
    'application/json',
    named('a', {
      spec: {
        containers: Array.from({ length: 6000 }, (_, n) => ({
          name: `c${n}`,
          image: 'x',
        })),
      },
    }),
    500,
    /^etcdserver: request is too large$/,
  ],
  [
    'JSON 100,000 deep',
    'POST',
    CONFIGMAPS,
    'application/json',
    `{"metadata":{"name":"a"},"data":${nested(100_000)}}`,
    400,
    /exceeded max depth/,
  ],
  [
    'a merge patch 100,000 deep',
    'PATCH',
    KNOWN,
    MERGE,
    `{"data":${nested(100_000)}}`,
    400,
    /exceeded max depth/,
  ],
  [
    'a strategic patch 100,000 deep',
    'PATCH',
    KNOWN,
    'application/strategic-merge-patch+json',
    `{"data":${nested(100_000)}}`,
    400,
    /exceeded max depth/,
  ],
  [
    'YAML 10,000 deep',
    'POST',
    CONFIGMAPS,
    'application/yaml',
    `metadata: {name: a}\ndata: ${nested(10_000)}`,
    400,
    /exceeded max depth/,
  ],
  [
    'an apply 10,000 deep',
    'PATCH',
    `${CONFIGMAPS}/a?fieldManager=x`,
    'application/apply-patch+yaml',
    `metadata: {name: a}\ndata: ${nested(10_000)}`,
    400,
    /exceeded max depth/,
  ],
  [
    'YAML whose aliases multiply',
    'POST',
    CONFIGMAPS,
    'application/yaml',
    `${Array.from(
      { length: 9 },
      (_, n) =>
        `k${n}: &k${n} [${Array(9)
          .fill(n ? `*k${n - 1}` : 'x')
          .join(',')}]`,
    ).join('\n')}\nmetadata: {name: a}\n`,
    400,
    /alias/,
  ],
  [
    'keys that come twice, strictly',
    'POST',
    `${CONFIGMAPS}?fieldValidation=Strict`,
    'application/json',
    '{"metadata":{"name":"a"},"data":{"a":"1","a":"2"}}',
    400,
    /strict decoding error: duplicate field "data.a"/,
  ],
  [
    'another media type',
    'POST',
    CONFIGMAPS,
    'text/plain',
    named('a'),
    415,
    /unknown format - accepted media types include/,
  ],
  [
    'a patch of no kind',
    'PATCH',
    KNOWN,
    'application/json',
    '{}',
    415,
    /Unsupported Media Type/,
  ],
  [
    'protobuf that is none',
    'POST',
    CONFIGMAPS,
    'application/vnd.kubernetes.protobuf',
    named('a'),
    400,
    /does not appear to be a protobuf message/,
  ],
  [
    'protobuf that is cut off',
    'POST',
    CONFIGMAPS,
    'application/vnd.kubernetes.protobuf',
    Buffer.from('6b3873000affffffff0f', 'hex'),
    400,
    /unrecognized/,
  ],
  [
    'no body',
    'POST',
    CONFIGMAPS,
    'application/json',
    '',
    400,
    /unexpected end of JSON input/,
  ],
  [
    'a list',
    'POST',
    CONFIGMAPS,
    'application/json',
    '[]',
    400,
    /cannot unmarshal array/,
  ],
  [
    'a number that does not fit',
    'POST',
    CONFIGMAPS,
    'application/json',
    '{"metadata":{"name":"a","generation":1e20}}',
    400,
    /of type int64/,
  ],
  [
    'a name of 254 characters',
    'POST',
    CONFIGMAPS,
    'application/json',
    named('n'.repeat(254)),
    422,
    /must be no more than 253 characters/,
  ],
  [
    'a Service name of 64',
    'POST',
    '/api/v1/namespaces/default/services',
    'application/json',
    named('s'.repeat(64), { spec: { ports: [{ port: 80 }] } }),
    422,
    /must be no more than 63 characters/,
  ],
  [
    'a label of 64',
    'POST',
    CONFIGMAPS,
    'application/json',
    named('a', {}, { labels: { k: 'v'.repeat(64) } }),
    422,
    /must be no more than 63/,
  ],
  [
    'a label of Object.prototype',
    'POST',
    CONFIGMAPS,
    'application/json',
    '{"metadata":{"name":"a","labels":{"__proto__":"x"}}}',
    422,
    /metadata.labels: Invalid value: "__proto__"/,
  ],
  [
    'annotations of 257 KiB',
    'POST',
    CONFIGMAPS,
    'application/json',
    named('a', {}, { annotations: { a: 'x'.repeat(257 * 1024) } }),
    422,
    /metadata.annotations: Too long/,
  ],
  [
    'a JSON patch of 10,001 operations',
    'PATCH',
    KNOWN,
    JSON_PATCH,
    JSON.stringify(
      Array(10_001).fill({ op: 'test', path: '/kind', value: 'ConfigMap' }),
    ),
    413,
    /allowed maximum operations in a JSON patch is 10000, got 10001/,
  ],
  [
    'a JSON patch that doubles and doubles',
    'PATCH',
    KNOWN,
    JSON_PATCH,
    JSON.stringify([
      { op: 'add', path: '/data', value: { a: 'x'.repeat(1000) } },
      ...Array.from({ length: 30 }, (_, n) => ({
        op: 'copy',
        from: '/data',
        path: `/data/b${n}`,
      })),
    ]),
    422,
    /rejected our request/,
  ],
  [
    'a list item without its key',
    'PATCH',
    `${PODS}/waits`,
    'application/strategic-merge-patch+json',
    '{"spec":{"containers":[{"image":"y"}]}}',
    500,
    /does not contain declared merge key: name/,
  ],
  [
    'a change of what is over',
    'PATCH',
    KNOWN,
    MERGE,
    '{"metadata":{"resourceVersion":"1"}}',
    409,
    /the object has been modified/,
  ],
];

describe('14: bad requests', () => {
  const own = OwnCluster.use({ pods: false });

  beforeAll(async () => {
    await own.client.call('POST', CONFIGMAPS, {
      metadata: { name: 'known' },
      data: { a: 'b' },
    });
    await own.client.call('POST', PODS, {
      metadata: { name: 'waits' },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    });
  });

  /** Sends bytes as they are. */
  function send(
    method: string,
    path: string,
    type: string,
    body: string | Buffer,
  ): Promise<{ status: number; text: string }> {
    const { clusters, users } = parse(own.client.kubeconfig);
    const { server, ...cluster } = clusters[0].cluster;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(server + path),
        {
          method,
          servername: 'localhost',
          ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
          headers: {
            authorization: `Bearer ${users[0].user.token}`,
            'content-type': type,
          },
        },
        response => {
          let text = '';
          response.setEncoding('utf8').on('data', chunk => (text += chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode!, text }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  it.each(CASES)(
    'refuses %s, and goes on',
    async (_, method, path, type, body, status, message) => {
      const before = await own.client.call('GET', CONFIGMAPS);
      const answer = await send(method, path, type, body);
      expect(answer.status).toBe(status);
      const told = JSON.parse(answer.text);
      expect(told).toMatchObject({ kind: 'Status', code: status });
      expect(told.message).toMatch(message);
      // Nothing of it was kept.
      const after = await own.client.call('GET', CONFIGMAPS);
      expect(after.body.items).toEqual(before.body.items);
    },
  );

  it('takes names, labels and keys at their limits', async () => {
    const body = named(
      'n'.repeat(253),
      { data: { constructor: 'c', __proto__: undefined, a: '1' } },
      { labels: { [`${'p'.repeat(253)}/${'k'.repeat(63)}`]: 'v'.repeat(63) } },
    ).replace('"a":"1"', '"__proto__":"p"');
    const made = await send('POST', CONFIGMAPS, 'application/json', body);
    expect(made.status).toBe(201);
    const patched = await send(
      'PATCH',
      `${CONFIGMAPS}/${'n'.repeat(253)}`,
      MERGE,
      '{"data":{"__proto__":"other"}}',
    );
    expect(patched.text).toContain('"__proto__":"other"');
    expect(patched.text).toContain('"constructor":"c"');
    const merged = await send(
      'PATCH',
      `${CONFIGMAPS}/${'n'.repeat(253)}`,
      'application/strategic-merge-patch+json',
      '{"data":{"__proto__":"third"}}',
    );
    expect(merged.text).toContain('"__proto__":"third"');
    const secret = await send(
      'POST',
      '/api/v1/namespaces/default/secrets',
      'application/json',
      '{"metadata":{"name":"s"},"stringData":{"__proto__":"x"}}',
    );
    expect(secret.text).toContain('"__proto__":"eA=="');
    expect(({} as Record<string, unknown>).other).toBeUndefined();
  });
});
