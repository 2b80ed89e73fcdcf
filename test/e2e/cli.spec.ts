/**
 * The command line, as a new user types it: `transcript.md` beside this file is what came of it.
 * `UPDATE_DOCS=1` writes the transcript anew; what was typed is in `transcript.md` of the artifacts.
 */
import { expect, test } from '@playwright/test';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enterApp } from './gateway';
import { Portal } from './portal';
import { Shell } from './Shell';
import { CHAPTERS } from './transcript';

const ARTIFACTS = process.env.TEST_ARTIFACTS ?? 'test-artifacts';
const portal = new Portal();
const room = realpathSync(mkdtempSync(join(tmpdir(), 'cli-')));

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(300_000);
  // No package index: what needs one says so, wherever this is run.
  await portal.start({ APP_STORE_PYPI_INDEX: 'http://pypi.invalid/simple' });
  for (const name of ['home', 'apps', 'bin']) mkdirSync(join(room, name));
  // The command is the one that the portal offers for download.
  const { body } = await portal.api('uma', '/store');
  const offered = await fetch(
    new URL(body.commandUrl, `http://localhost:${portal.port}`),
  );
  writeFileSync(
    join(room, 'bin/app-store'),
    Buffer.from(await offered.arrayBuffer()),
    { mode: 0o755 },
  );
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
});

const newShell = (cwd: string) =>
  Shell.start({ cwd, home: join(room, 'home'), bin: join(room, 'bin') });

/** What differs from run to run, made the same. */
class Normaliser {
  readonly #ids = new Map<string, string>();

  normal(text: string): string {
    return (
      text
        .replaceAll(room, '~')
        .replaceAll(`localhost:${portal.port}`, 'localhost:7007')
        .replaceAll(`localhost:${portal.gatewayPort}`, 'localhost:7008')
        .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, id => {
          const known =
            this.#ids.get(id) ??
            `00000000-0000-4000-8000-${String(this.#ids.size + 1).padStart(
              12,
              '0',
            )}`;
          this.#ids.set(id, known);
          return known;
        })
        // Pods and ReplicaSets end in what the cluster makes up.
        .replace(
          /\b(i-[0-9a-f-]{36})-[a-z0-9]{6,10}(-[a-z0-9]{5})?\b/g,
          (_, name, pod) => `${name}-00000000${pod ? '-00000' : ''}`,
        )
        .replace(/\b[0-9a-f]{64}\b/g, '0'.repeat(64))
        .replace(
          /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g,
          '2026-01-01T12:00:00.000Z',
        )
        .replace(/-\d{14}\b/g, '-20260101120000')
        .replace(/bundle-test\.\d{14}/g, 'bundle-test.20260101120000')
        .replace(/\d+ bytes/g, '1000 bytes')
        .replace(/"size": \d+/g, '"size": 1000')
        .replace(/\b(\d+ ms|\d+\.\d s)\b/g, '10 ms')
        .replace(/[ \t]+$/gm, '')
    );
  }
}

/** Lines that depend on the machine, or on who was quicker. */
function settled(text: string): string {
  return text
    .split('\n')
    .filter(line => !/^(… |WARNING: |\S+Z  Warning  Unhealthy )/.test(line))
    .join('\n');
}

/**
 * Until every instance is what it was told to be. Nobody types as fast as this process does, and
 * the pod of before may still be there when an instance is resumed at once.
 */
async function instancesSettle(): Promise<void> {
  const moves = async () => {
    const { body } = await portal.api('ada', '/instances?scope=all&limit=200');
    for (const { id, status, terminating } of body.items) {
      if (status === 'PENDING' || terminating) return true;
      if (status !== 'SUSPENDED') continue;
      const pod = await portal.api('ada', `/instances/${id}/status`);
      if (pod.body.status !== 'NotRunning') return true;
    }
    return false;
  };
  while (await moves()) await sleep(50);
}

test('the transcript of a first day', async () => {
  test.setTimeout(900_000);
  const shell = await newShell(join(room, 'apps'));
  const normaliser = new Normaliser();
  let markdown = '';
  for (const { title, words, commands, processes } of CHAPTERS) {
    await shell.use(processes ? 'program' : 'function');
    markdown += `### ${title}\n\n${words}\n\n\`\`\`console\n`;
    for (const command of commands) {
      const { output, code } = await shell.run(
        command.replaceAll('localhost:7007', `localhost:${portal.port}`),
      );
      markdown += `$ ${command}\n${settled(normaliser.normal(output))}`;
      if (code) markdown += `[exit ${code}]\n`;
      if (/ (suspend|resume|restore|terminate) /.test(command))
        await instancesSettle();
    }
    markdown += '```\n\n';
  }
  shell.end();
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(join(ARTIFACTS, 'transcript.md'), markdown);
  const path = join(__dirname, 'transcript.md');
  const before = readFileSync(path, 'utf8');
  const after = before.replace(
    /<!-- transcript -->[^]*<!-- \/transcript -->/,
    () => `<!-- transcript -->\n\n${markdown}<!-- /transcript -->`,
  );
  if (process.env.UPDATE_DOCS) writeFileSync(path, after);
  expect(readFileSync(path, 'utf8')).toBe(after);
});

test('what was run by the command answers', async () => {
  const { body } = await portal.api('dev', '/instances');
  const answers: Record<string, string> = {};
  for (const { id, appName, status } of body.items)
    answers[appName] =
      status === 'DEPLOYED'
        ? (await (await enterApp(portal, 'dev', id))()).body
        : status;
  expect(answers).toEqual({
    'com.example.my-site': expect.stringContaining(
      'Hello from com.example.my-site',
    ),
    'com.example.my-tool': expect.stringContaining(
      'Hello from com.example.my-tool',
    ),
    'com.example.my-wave': 'FAILED',
    'com.example.my-board': 'FAILED',
  });
});
