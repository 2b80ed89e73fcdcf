/** Opens apps through the gateway without a browser, as somebody who is signed in. */
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Portal } from './portal';

function ask(
  portal: Portal,
  host: string,
  options: {
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: portal.gatewayPort,
        path: options.path ?? '/',
        method: options.method ?? 'GET',
        headers: { host, accept: 'text/html', ...options.headers },
        agent: false,
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** What an app answered. */
interface Answer {
  status: number;
  body: string;
}

/** An app's host, entered by a person. */
export interface Entered {
  (
    path?: string,
    init?: {
      method?: string;
      form?: Record<string, string>;
      json?: object;
      /** Sent as it is. */
      raw?: string;
    },
  ): Promise<Answer>;
  /** Of the session, for those who write their requests themselves. */
  cookie: string;
  host: string;
}

/** Signs a person in to an instance's host, as a browser does. */
export async function enterApp(
  portal: Portal,
  person: string,
  instanceId: string,
): Promise<Entered> {
  const host = `${instanceId}.apps.localhost:${portal.gatewayPort}`;
  // The gateway learns of an instance a moment after the store has answered.
  let first = await ask(portal, host);
  for (let i = 0; i < 100 && first.statusCode !== 302; i++) {
    first.resume();
    await sleep(50);
    first = await ask(portal, host);
  }
  first.resume();
  const state = new URL(first.headers.location!).searchParams.get('state');
  const [nonce] = first.headers['set-cookie']![0].split(';');
  const { url } = await (
    await fetch(`${portal.url}/api/app-store-gateway/v1/tickets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await portal.token(person)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ state }),
    })
  ).json();
  const to = new URL(url);
  const entered = await ask(portal, host, {
    path: to.pathname + to.search,
    headers: { cookie: nonce },
  });
  entered.resume();
  const [cookie] = entered.headers['set-cookie']![0].split(';');
  const enter = async (
    ...[path = '/', init = {}]: Parameters<Entered>
  ): Promise<Answer> => {
    const form = init.form && new URLSearchParams(init.form).toString();
    const body = form ?? init.raw ?? (init.json && JSON.stringify(init.json));
    const answer = await ask(portal, host, {
      path,
      method: init.method ?? (body ? 'POST' : 'GET'),
      body,
      headers: {
        cookie,
        // What pages of the app itself send.
        origin: `http://${host}`,
        'x-requested-with': 'TiddlyWiki',
        ...(body
          ? {
              'content-type': form
                ? 'application/x-www-form-urlencoded'
                : 'application/json',
              'content-length': String(Buffer.byteLength(body)),
            }
          : {}),
      },
    });
    return { status: answer.statusCode!, body: await text(answer) };
  };
  return Object.assign(enter, { cookie, host });
}
