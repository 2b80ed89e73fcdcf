/**
 * Answers to what Node's parser does not take. Without a request there is no host, no
 * person and no app: the answer is the gateway's own, and the connection ends.
 *
 * A page of a neighbour can fill the browser with cookies of the common domain until no
 * request to any app is short enough. So that answer also has the browser drop them.
 */
import { randomBytes } from 'node:crypto';
import { maxHeaderSize, STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answers, type Answer } from '../pages/answers';
import { ownPage, renderPage } from '../pages/renderPage';

/** What a client still sends is read for this long, in milliseconds: a reset would take the answer away. */
const LINGER_MS = 1000;
/** Cookies that are longer than this may be what an app finds too long. */
const LONG_COOKIES = maxHeaderSize / 4;
const DROP_COOKIES = '"cookies"';

const answered = new WeakSet<Duplex>();

function answerTo(code: string | undefined): Answer {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return answers.headTooLarge();
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return answers.tooSlow();
    default:
      return answers.badRequest('The request is not valid HTTP/1.1.');
  }
}

/** Answers on a connection on which no request could be read. */
export function answerUnreadable(
  error: NodeJS.ErrnoException,
  client: Duplex & { _httpMessage?: ServerResponse | null },
): void {
  // The rest of what could not be read comes in pieces.
  if (answered.has(client)) return;
  answered.add(client);
  // An answer that is under way would be mixed with this one.
  if (error.code === 'ECONNRESET' || !client.writable || client._httpMessage) {
    client.destroy();
    return;
  }
  const answer = answerTo(error.code);
  const nonce = randomBytes(16).toString('base64');
  const body = renderPage(answer, nonce);
  const headers = {
    ...ownPage(nonce),
    ...(answer.status === 431 ? { 'clear-site-data': DROP_COOKIES } : {}),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  client.on('error', () => client.destroy());
  client.end(
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines.join(
      '',
    )}\r\n${body}`,
  );
  const timer = setTimeout(() => client.destroy(), LINGER_MS);
  client.once('close', () => clearTimeout(timer));
}

/** Has the browser drop cookies that an app finds too long, where they are long. */
export function dropLongCookies(
  status: number,
  cookies: string | undefined,
  headers: Record<string, string | string[]>,
): void {
  if (status !== 431 || (cookies?.length ?? 0) <= LONG_COOKIES) return;
  const own = headers['clear-site-data'];
  headers['clear-site-data'] = own ? `${own}, ${DROP_COOKIES}` : DROP_COOKIES;
}
