// Requests to the store, by way of the proxy of the environment where there is one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setting } from './settings.mjs';

// `import` would read all that the module exports, and so load what `fetch` needs: 17 ms more.
const require = createRequire(import.meta.url);

/**
 * @typedef {import('node:http').RequestOptions & { socket?: import('node:stream').Duplex }} Options
 * @typedef {(options: Options, callback?: (answer: import('node:http').IncomingMessage) => void) => import('node:http').ClientRequest} Send
 */

/** The header that proves which pod asks. */
export function authorization() {
  const token = readFileSync(setting('APP_STORE_TOKEN_FILE'), 'utf8').trim();
  return { authorization: `Bearer ${token}` };
}

/**
 * @param {Send} request
 * @param {Options} via
 * @param {URL} target
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<import('node:stream').Duplex>}
 */
function connectThrough(request, via, target, signal) {
  return new Promise((resolve, reject) => {
    const connecting = request({
      ...via,
      method: 'CONNECT',
      path: `${target.hostname}:${target.port || 443}`,
      signal,
    });
    connecting.once('connect', (answer, connection) =>
      answer.statusCode === 200
        ? resolve(connection)
        : reject(new Error(`the proxy answered ${answer.statusCode}`)),
    );
    connecting.once('error', reject);
    connecting.end();
  });
}

/**
 * Whether a host is left to direct connections: `NO_PROXY=localhost,.internal,10.0.0.1:8080`.
 *
 * @param {URL} given
 */
function goesDirect({ hostname, host }) {
  const list = process.env.NO_PROXY || process.env.no_proxy || '';
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some(entry => {
      const name = entry.replace(/^\*?\.?/, '');
      return (
        entry === '*' ||
        [hostname, host].includes(name) ||
        hostname.endsWith(`.${name}`)
      );
    });
}

/**
 * The proxy of the environment for an address; undefined where it is asked itself.
 *
 * @param {string | URL} url
 */
export function proxyFor(url) {
  const target = new URL(url);
  if (goesDirect(target)) return undefined;
  return target.protocol === 'https:'
    ? process.env.HTTPS_PROXY || process.env.https_proxy
    : process.env.HTTP_PROXY || process.env.http_proxy;
}

/**
 * Sends a request; `fetch` would take longer to load than it takes.
 *
 * @param {string} url
 * @param {object} options
 * @param {string} [options.method]
 * @param {import('node:http').OutgoingHttpHeaders} [options.headers]
 * @param {import('node:stream').Readable} [options.body] - a stream to send, which is piped into the request
 * @param {AbortSignal} [options.signal]
 */
export async function ask(url, { method = 'GET', headers, body, signal }) {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const proxy = proxyFor(url);
  /**
   * @param {Send} send
   * @param {Options} options
   * @returns {Promise<import('node:http').IncomingMessage>}
   */
  const open = (send, options) =>
    new Promise((resolve, reject) => {
      const request = send({ method, signal, ...options }, resolve);
      request.once('error', reject);
      if (body) {
        body.once('error', error => request.destroy(error));
        body.pipe(request);
      } else request.end();
    });
  if (!proxy) {
    const { request } = require(secure ? 'node:https' : 'node:http');
    return open(request, {
      host: target.hostname,
      port: target.port,
      path: target.pathname + target.search,
      headers,
    });
  }
  const { request: plain } = require('node:http');
  const via = {
    host: new URL(proxy).hostname,
    port: new URL(proxy).port || 80,
  };
  if (!secure)
    return open(plain, {
      ...via,
      path: url,
      headers: { ...headers, host: target.host },
    });
  const socket = await connectThrough(plain, via, target, signal);
  const { request: secured } = require('node:https');
  return open(secured, {
    host: target.hostname,
    path: target.pathname + target.search,
    headers,
    socket,
    agent: false,
  });
}

/** So much of a refusal is read, in characters. */
const READ = 4000;
/** And so much of it is told. */
const TOLD = 500;

/**
 * What an answer says: the detail of a problem (RFC 9457), or its first words.
 *
 * @param {import('node:http').IncomingMessage} response
 */
export async function wordsOf(response) {
  let text = '';
  for await (const chunk of response) if (text.length < READ) text += chunk;
  let words = text;
  if (
    /^application\/problem\+json\b/.test(response.headers['content-type'] ?? '')
  )
    try {
      words = JSON.parse(text).detail ?? text;
    } catch {
      // It is told as it came.
    }
  return words.slice(0, TOLD);
}
