// An image's files, and its commands among them as a container would run them.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../run.mjs';

const PATIENCE_MS = 60_000;

/**
 * An image's files, and how to run a command among them as a container would.
 *
 * @param {string} archive
 * @param {string} tag
 * @param {string} room
 */
export async function unpack(archive, tag, room) {
  const layout = join(room, 'layout');
  mkdirSync(layout);
  await run('tar', ['-xf', archive, '-C', layout]);
  const bundle = join(room, 'bundle');
  const { code, output } = await run(
    'umoci',
    ['unpack', '--image', `${layout}:${tag}`, bundle],
    { collect: true },
  );
  if (code !== 0) throw new Error(`umoci unpack: ${output}`);
  const root = join(bundle, 'rootfs');
  const spec = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  /**
   * @param {string[]} command
   * @param {{ env?: Record<string, string>, cwd?: string, readOnly?: boolean }} [options]
   */
  const start = (command, { env = {}, cwd, readOnly = false } = {}) => {
    const { uid, gid } = spec.process.user;
    const script = [
      'set -e',
      'mount --bind "$ROOT" "$ROOT"',
      'mount --rbind /dev "$ROOT/dev"',
      'mount -t proc proc "$ROOT/proc"',
      'mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"',
      ...(readOnly ? ['mount -o remount,bind,ro "$ROOT"'] : []),
      'cd "$ROOT"',
      // Not in the shell's place: a process that becomes another user outlives who started it.
      `chroot --userspec=${uid}:${gid} "$ROOT" /usr/bin/env -i "$@"`,
    ].join('\n');
    return spawn(
      'unshare',
      [
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '/bin/sh',
        '-c',
        script,
        'sh',
        ...spec.process.env,
        ...Object.entries(env).map(([k, v]) => `${k}=${v}`),
        '/bin/sh',
        '-c',
        'cd "$0" && exec "$@"',
        cwd ?? spec.process.cwd,
        ...command,
      ],
      {
        env: { PATH: process.env.PATH, ROOT: root },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  };
  return { root, spec, start };
}

/**
 * A process's output, to its end.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function outputOf(child) {
  const told = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', text => (told.text += text));
  return told;
}

/** @param {string} url */
export async function textOf(url) {
  const until = Date.now() + PATIENCE_MS;
  for (;;)
    try {
      const response = await fetch(url);
      if (response.ok) return await response.text();
      throw new Error(`${url} answered ${response.status}`);
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
}
