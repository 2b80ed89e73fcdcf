/** The file tree of an isolated container: the machine's programs, none of its settings, and the mounts. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, normalize } from 'node:path';
import { ContainerConfigError } from '../environment';
import type { Mount } from '../volumes';
import { mountsOf, type Launch } from './Launch';

const SYSTEM_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64'];
/** Without `tty`: a pod has no terminal, least of all its user's. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
/** Where the machine's own tree is put to leave it. */
export const OLD_ROOT = '.old';

/** Directories and files of the machine that programs look for in /etc; none of its own settings. */
const ETC_DIRECTORIES = ['ssl/certs', 'alternatives', 'fonts'];
const ETC_FILES = [
  'ssl/openssl.cnf',
  'mime.types',
  'localtime',
  'ld.so.cache',
  'nsswitch.conf',
];

/** A field of an fstab: white space and backslashes as octal numbers (fstab(5)). */
function field(text: string): string {
  return text.replace(
    /[\\\s]/g,
    c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/**
 * Makes the directory that a mount goes to: in the tree, or in the volume that
 * contains it. What an app left there may lead elsewhere; no such path is taken.
 *
 * @param mounts - outer ones first
 * @throws ContainerConfigError
 */
function makeMountPoint(root: string, target: string, mounts: Mount[]): void {
  if (normalize(target) !== target || !target.startsWith('/') || target === '/')
    throw new ContainerConfigError(
      `mount path ${JSON.stringify(target)} is not plain and absolute`,
    );
  const outer = mounts.findLast(m => target.startsWith(`${m.target}/`));
  if (outer?.readOnly)
    throw new ContainerConfigError(
      `mount path ${JSON.stringify(target)} lies in a read-only mount`,
    );
  const [base, rest] = outer
    ? [outer.source, target.slice(outer.target.length)]
    : [root, target];
  let at = base;
  for (const element of rest.split('/').filter(Boolean)) {
    at = join(at, element);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) mkdirSync(at);
    else if (!found.isDirectory())
      throw new ContainerConfigError(
        `mount path ${JSON.stringify(target)} leads over ${JSON.stringify(
          element,
        )}, which is not a directory`,
      );
  }
}

/**
 * Makes the file tree of a container, without what is mounted into it, and the
 * table of these mounts: one program then mounts them all.
 */
export function makeTree(launch: Launch, root: string): string {
  const table: string[] = [];
  const mount = (
    source: string,
    target: string,
    type: string,
    options: string,
  ) =>
    table.push(
      [field(source), field(target), type, options, '0', '0'].join(' '),
    );
  const directory = (path: string) =>
    mkdirSync(join(root, path), { recursive: true });
  const bind = (source: string, path: string, readOnly: boolean) =>
    mount(source, join(root, path), 'none', readOnly ? 'rbind,ro' : 'rbind');
  [
    'proc',
    'dev/shm',
    'tmp',
    'var/tmp',
    'run',
    'home',
    'etc/ssl',
    OLD_ROOT,
  ].forEach(directory);
  ['tmp', 'var/tmp'].forEach(path => chmodSync(join(root, path), 0o1777));
  // Pivoting needs a root that is a mount.
  mount(root, root, 'none', 'bind');
  for (const name of SYSTEM_DIRECTORIES) {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found?.isSymbolicLink())
      symlinkSync(readlinkSync(`/${name}`), join(root, name));
    else if (found) {
      directory(name);
      bind(`/${name}`, name, true);
    }
  }
  for (const name of ETC_DIRECTORIES.filter(d => existsSync(`/etc/${d}`))) {
    directory(`etc/${name}`);
    bind(`/etc/${name}`, `etc/${name}`, true);
  }
  for (const name of ETC_FILES.filter(f => existsSync(`/etc/${f}`)))
    copyFileSync(`/etc/${name}`, join(root, 'etc', name));
  // One field of one line, whatever the variable holds.
  const home = (launch.env.HOME ?? '/tmp').replace(/[:\p{Cc}]/gu, '_');
  const etc = (name: string, text: string) =>
    writeFileSync(join(root, 'etc', name), text);
  etc(
    'passwd',
    `root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:${home}:/bin/sh\n`,
  );
  etc('group', 'root:x:0:\napp:x:1000:\n');
  etc('hosts', '127.0.0.1 localhost\n::1 localhost\n');
  etc('resolv.conf', '');
  for (const name of DEVICES) {
    writeFileSync(join(root, 'dev', name), '');
    mount(`/dev/${name}`, join(root, 'dev', name), 'none', 'bind');
  }
  for (const [name, target] of Object.entries({
    fd: '/proc/self/fd',
    stdin: '/proc/self/fd/0',
    stdout: '/proc/self/fd/1',
    stderr: '/proc/self/fd/2',
  }))
    symlinkSync(target, join(root, 'dev', name));
  mount('tmpfs', join(root, 'dev/shm'), 'tmpfs', 'defaults');
  const mounts = mountsOf(launch);
  for (const m of mounts) {
    makeMountPoint(root, m.target, mounts);
    bind(m.source, m.target, m.readOnly);
  }
  mount('proc', join(root, 'proc'), 'proc', 'defaults');
  return `${table.join('\n')}\n`;
}
