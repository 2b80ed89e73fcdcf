/**
 * From click to first byte: launches of the Node example through the store,
 * interleaved with bare spawns of the same app. What the app itself takes is not
 * ours; the rest has a budget.
 *
 * Prints p50 and p95 by stage. Exits 1 over budget, 2 where the bare spawns stray
 * so much that nothing can be said.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  LAUNCH_STEPS,
  readEvents,
  type AppInstance,
  type LaunchReceipt,
  type LaunchStep,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Portal } from '../e2e/portal';
import { percentile } from './lib/percentile';

/** All but the app's own start, in milliseconds. */
const BUDGETS_MS = { 0.5: 120, 0.95: 200 };
const LAUNCHES = Number(process.env.BENCH_LAUNCHES ?? 40);
/** Bare spawns that vary more than this (p95 over p50) say that the machine is busy with other things. */
const STRAY = 2.5;

const ROOT = resolve(__dirname, '../..');

function firstByte(
  port: number,
  headers: Record<string, string>,
  path = '/',
): Promise<number> {
  return new Promise((resolve_, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, path, headers, agent: false },
      response => {
        response.resume();
        resolve_(response.statusCode!);
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** The app on its own: from spawn to its first byte. */
async function bare(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [join(ROOT, 'examples/apps/hello/server.js')],
    {
      env: { PORT: String(port), PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await once(child.stdout!, 'data');
  await firstByte(port, { host: 'localhost' });
  const took = performance.now() - began;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return took;
}

/** Signs in to an app's host as a browser does; returns the session cookie. */
async function enter(
  portal: Portal,
  host: string,
  token: string,
): Promise<string> {
  const begin = () =>
    new Promise<IncomingMessage>((resolve_, reject) => {
      httpRequest(
        {
          host: '127.0.0.1',
          port: portal.gatewayPort,
          headers: { host, accept: 'text/html' },
        },
        response => {
          response.resume();
          resolve_(response);
        },
      )
        .on('error', reject)
        .end();
    });
  // The gateway learns of the instance a moment after the store has answered.
  let first = await begin();
  while (first.statusCode !== 302) first = await begin();
  const state = new URL(first.headers.location!).searchParams.get('state')!;
  const nonce = first.headers['set-cookie']![0].split(';')[0];
  const { url } = await (
    await fetch(`${portal.url}/api/app-store-gateway/v1/tickets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ state }),
    })
  ).json();
  return new Promise((resolve_, reject) => {
    const to = new URL(url);
    httpRequest(
      {
        host: '127.0.0.1',
        port: portal.gatewayPort,
        path: to.pathname + to.search,
        headers: { host, cookie: nonce },
      },
      response => {
        response.resume();
        resolve_(response.headers['set-cookie']![0].split(';')[0]);
      },
    )
      .on('error', reject)
      .end();
  });
}

interface Launch {
  total: number;
  answered: number;
  /** By step, when it was through. */
  steps: Partial<Record<LaunchStep, number>>;
}

async function launch(portal: Portal, appId: string): Promise<Launch> {
  const token = await portal.token('uma');
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  };
  const api = `${portal.url}/api/app-store/v1`;
  const began = performance.now();
  const clicked = Date.now();
  const instance: AppInstance = await (
    await fetch(`${api}/apps/${appId}/instances`, {
      method: 'POST',
      headers,
      body: '{}',
    })
  ).json();
  const answered = performance.now() - began;
  const host = `${instance.id}.apps.localhost:${portal.gatewayPort}`;
  const stream = fetch(`${api}/instances/${instance.id}/stream`, { headers });
  // Who launches is signed in to the app's host while it starts, as the browser is that waits there.
  const session = enter(portal, host, token);
  let last = instance;
  for await (const { event, data } of readEvents(await stream)) {
    if (event === 'instance') last = JSON.parse(data);
    if (last.status === 'DEPLOYED') break;
    if (last.status === 'FAILED') throw new Error(JSON.stringify(last.problem));
  }
  const cookie = await session;
  let status = 0;
  while (status !== 200)
    status = await firstByte(portal.gatewayPort, { host, cookie });
  const total = performance.now() - began;
  const receipt: LaunchReceipt = await (
    await fetch(`${api}/instances/${instance.id}/launch`, { headers })
  ).json();
  const asked = Date.parse(receipt.beganAt) - clicked;
  const steps = Object.fromEntries(
    receipt.steps.map(({ step, toMs }) => [step, asked + toMs]),
  );
  await fetch(`${api}/instances/${instance.id}`, { method: 'DELETE', headers });
  return { total, answered, steps: { ...steps, firstByte: total } };
}

async function main(): Promise<number> {
  const portal = new Portal();
  await portal.start({ APP_CONFIG_appStore_checkAnswers: 'false' });
  try {
    const { body } = await portal.api('uma', '/apps?name=com.example.hello');
    const appId = body.items[0].id;
    await launch(portal, appId);
    await bare();
    const launches: Launch[] = [];
    const bares: number[] = [];
    for (let i = 0; i < LAUNCHES; i++) {
      await sleep(1500);
      bares.push(await bare());
      launches.push(await launch(portal, appId));
    }
    console.log(
      `${LAUNCHES} launches of the Node example, ms since the click:\n`,
    );
    console.log(
      `${'until'.padEnd(14)}${'p50'.padStart(8)}${'p95'.padStart(8)}`,
    );
    const row = (name: string, values: number[]) =>
      console.log(
        `${name.padEnd(14)}${percentile(values, 0.5)
          .toFixed(0)
          .padStart(8)}${percentile(values, 0.95).toFixed(0).padStart(8)}`,
      );
    row(
      'answered',
      launches.map(({ answered }) => answered),
    );
    for (const step of LAUNCH_STEPS) {
      const seen = launches.flatMap(({ steps }) => steps[step] ?? []);
      if (seen.length) row(step, seen);
    }
    console.log('');
    row('bare spawn', bares);
    const own = launches.map((l, i) => l.total - bares[i]);
    row('ours', own);
    if (percentile(bares, 0.95) > STRAY * percentile(bares, 0.5)) {
      console.log(
        `\ninconclusive: the bare spawns stray (p95 more than ${STRAY} times p50)`,
      );
      return 2;
    }
    const over = Object.entries(BUDGETS_MS).filter(
      ([p, ms]) => percentile(own, Number(p)) > ms,
    );
    for (const [p, ms] of Object.entries(BUDGETS_MS))
      console.log(
        `p${Number(p) * 100}: ${percentile(own, Number(p)).toFixed(
          0,
        )} ms of ${ms} ms for all but the app's own start`,
      );
    console.log(over.length ? 'OVER the budget' : 'within the budget');
    return over.length ? 1 : 0;
  } finally {
    await portal.stop();
    portal.remove();
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
