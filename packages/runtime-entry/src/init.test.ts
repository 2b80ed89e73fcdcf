/** `app-store-entry run`: process 1 of an app's container. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENTRY_DIRECTORY } from '.';

jest.setTimeout(30_000);

const ENTRY = join(ENTRY_DIRECTORY, 'app-store-entry');

/** As process 1 of a process namespace, as in a container. */
function run(...command: string[]): ChildProcess {
  return spawn(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--mount',
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      ENTRY,
      'run',
      ...command,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

/** The id of process 1, as this process sees it. */
async function init(child: ChildProcess): Promise<number> {
  const own = spawn('pgrep', ['-P', String(child.pid)]);
  return Number((await text(own.stdout)).trim());
}

async function printed(child: ChildProcess, words: string): Promise<void> {
  let output = '';
  for await (const chunk of child.stdout!) {
    output += chunk;
    if (output.includes(words)) return;
  }
  throw new Error(`it printed only ${JSON.stringify(output)}`);
}

const NODE = process.execPath;

describe('15: app-store-entry run', () => {
  it('15: ends as the app ends', async () => {
    for (const code of [0, 7]) {
      const child = run(NODE, '-e', `process.exit(${code})`);
      expect(await once(child, 'exit')).toEqual([code, null]);
    }
    const child = run('no-such-command');
    const said = text(child.stderr!);
    expect(await once(child, 'exit')).toEqual([127, null]);
    expect(await said).toMatch(/no-such-command: .*not found/);
  });

  it('15: ends an app that has no handler, within two seconds', async () => {
    const child = run(
      NODE,
      '-e',
      "setInterval(() => {}, 1000); console.log('up')",
    );
    const exited = once(child, 'exit');
    await printed(child, 'up');
    const began = Date.now();
    process.kill(await init(child), 'SIGTERM');
    expect(await exited).toEqual([143, null]);
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it('15: passes each signal on, and waits for what the app does about it', async () => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
      const child = run(
        NODE,
        '-e',
        `process.once('${signal}', () => setTimeout(() => process.exit(5), 200)); setInterval(() => {}, 1000); console.log('up')`,
      );
      const exited = once(child, 'exit');
      await printed(child, 'up');
      process.kill(await init(child), signal);
      expect([signal, ...(await exited)]).toEqual([signal, 5, null]);
    }
  });

  it('15: leaves no zombies of processes that lost their parent', async () => {
    const child = run(
      '/bin/sh',
      '-c',
      // Ten grandchildren whose parent is gone at once.
      'for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.1 &) ; done; sleep 0.6; ps -eo stat= ; echo done; sleep 5',
    );
    let output = '';
    child.stdout!.on('data', chunk => {
      output += chunk;
    });
    for (let i = 0; i < 100 && !output.includes('done'); i++) await sleep(50);
    child.kill('SIGKILL');
    expect(output).toContain('done');
    expect(output).not.toMatch(/^Z/m);
  });
});
