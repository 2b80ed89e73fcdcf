/**
 * The file tree of an isolated container: the machine's programs, none of its settings,
 * and the mounts. It lies in memory but for what may be large, since each new file of a
 * disk takes up to a millisecond of the portal's.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ContainerConfigError } from '../environment';
import type { Mount } from '../volumes';
import { mountsOf, type Launch } from './Launch';

const SYSTEM_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64'];
/** Without `tty`: a pod has no terminal, least of all its user's. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
/** Links of the machine that lead to the descriptors of whoever follows them. */
const DEVICE_LINKS = ['fd', 'stdin', 'stdout', 'stderr'];
/** Where the machine's own tree is put to leave it. */
export const OLD_ROOT = '.old';
/** What the tree may take of the memory. */
const TREE_SIZE = '64m';
/** Where a container may write as much as the disk holds, beside its volumes. */
const SCRATCH_DIRECTORIES = ['tmp', 'var/tmp'];

/** Directories and files of the machine that programs look for in /etc; none of its own settings. */
const ETC_DIRECTORIES = ['ssl/certs', 'alternatives', 'fonts'];
const ETC_FILES = [
  'ssl/openssl.cnf',
  'mime.types',
  'localtime',
  'ld.so.cache',
  'nsswitch.conf',
];
/** What the tree has as files or links, beside those of the system. */
const FILES = [
  ...[...ETC_FILES, 'passwd', 'group', 'hosts', 'resolv.conf'].map(
    name => `etc/${name}`,
  ),
  ...[...DEVICES, ...DEVICE_LINKS].map(name => `dev/${name}`),
];

/** Whether a path is `directory`, or lies in it. */
function liesIn(path: string, directory: string): boolean {
  return `${path}/`.startsWith(`${directory}/`);
}

/** A word of a shell's script. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A field of an fstab: white space and backslashes as octal numbers (fstab(5)). */
function field(text: string): string {
  return text.replace(
    /[\\\s]/g,
    c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/** Makes a directory, or an empty file, in a volume. What an app left there may lead elsewhere; no such path is taken. */
function makeInVolume(
  volume: string,
  path: string,
  { target, isFile }: { target: string; isFile: boolean },
): void {
  let at = volume;
  const elements = path.split('/').filter(Boolean);
  for (const [index, element] of elements.entries()) {
    const endsInFile = isFile && index === elements.length - 1;
    at = join(at, element);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) {
      if (endsInFile) writeFileSync(at, '');
      else mkdirSync(at);
    } else if (!(endsInFile ? found.isFile() : found.isDirectory()))
      throw new ContainerConfigError(
        `mount path ${JSON.stringify(target)} leads over ${JSON.stringify(
          element,
        )}, which is not a ${endsInFile ? 'file' : 'directory'}`,
      );
  }
}

/** Where mounts go: directories or files, relative to the root of the tree. */
interface MountPoints {
  directories: string[];
  files: string[];
}

/**
 * Makes the directories and files that mounts inside mounts go to.
 *
 * @param mounts - outer ones first
 * @returns those that the tree itself needs
 * @throws ContainerConfigError
 */
function mountPoints(mounts: Mount[], files: string[]): MountPoints {
  const points: MountPoints = { directories: [], files: [] };
  for (const { source, target } of mounts) {
    const isFile = Boolean(
      lstatSync(source, { throwIfNoEntry: false })?.isFile(),
    );
    const path = JSON.stringify(target);
    if (
      normalize(target) !== target ||
      !target.startsWith('/') ||
      target === '/'
    )
      throw new ContainerConfigError(
        `mount path ${path} is not plain and absolute`,
      );
    const file = files.find(name => liesIn(target, `/${name}`));
    if (file)
      throw new ContainerConfigError(
        `mount path ${path} leads over ${JSON.stringify(
          file,
        )}, which is not a directory`,
      );
    const outer = mounts.findLast(m => target.startsWith(`${m.target}/`));
    if (!outer) {
      (isFile ? points.files : points.directories).push(target.slice(1));
      continue;
    }
    if (outer.readOnly)
      throw new ContainerConfigError(
        `mount path ${path} lies in a read-only mount`,
      );
    makeInVolume(outer.source, target.slice(outer.target.length), {
      target,
      isFile,
    });
  }
  return points;
}

/** What a shell does to make the tree, which has more rights there than the portal, and time. */
function treeScript(options: {
  root: string;
  directories: string[];
  files: string[];
  links: string[];
  home: string;
}): string[] {
  const { root, directories, files, links, home } = options;
  const words = (paths: string[]) => paths.map(quote).join(' ');
  const etcFiles = ETC_FILES.filter(name => existsSync(`/etc/${name}`));
  const text = (path: string, content: string) =>
    `printf %s ${quote(content)} > ${path}`;
  return [
    `mount -t tmpfs -o mode=755,size=${TREE_SIZE} tmpfs ${quote(root)}`,
    `cd ${quote(root)}`,
    `mkdir -p -- ${words(directories)}`,
    ...(links.length ? [`cp -d ${words(links.map(n => `/${n}`))} .`] : []),
    `cp -d ${words(DEVICE_LINKS.map(name => `/dev/${name}`))} dev`,
    ...[...DEVICES.map(name => `dev/${name}`), ...files].map(
      path => `: > ${quote(path)}`,
    ),
    ...(etcFiles.length
      ? [
          `(cd /etc && cp -L --parents ${words(etcFiles)} ${quote(
            `${root}/etc`,
          )})`,
        ]
      : []),
    text(
      'etc/passwd',
      `root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:${home}:/bin/sh\n`,
    ),
    text('etc/group', 'root:x:0:\napp:x:1000:\n'),
    text('etc/hosts', '127.0.0.1 localhost\n::1 localhost\n'),
    ': > etc/resolv.conf',
  ];
}

/**
 * Describes the file tree of a container: the lines of a script that make it, without
 * what is mounted into it, and the table of these mounts, which one program then mounts.
 * Makes what lies on the disk: directories in volumes, and for temporary files.
 *
 * @throws ContainerConfigError
 */
export function describeTree(
  launch: Launch,
  root: string,
): { script: string[]; table: string } {
  const found = SYSTEM_DIRECTORIES.map(name => ({
    name,
    stat: lstatSync(`/${name}`, { throwIfNoEntry: false }),
  }));
  const links = found.filter(f => f.stat?.isSymbolicLink()).map(f => f.name);
  const shared = (path: string): Mount => ({
    source: `/${path}`,
    target: `/${path}`,
    readOnly: true,
  });
  const own = SCRATCH_DIRECTORIES.map(path => {
    const source = join(launch.scratch, path.replaceAll('/', '-'));
    mkdirSync(source);
    chmodSync(source, 0o1777);
    return { source, target: `/${path}`, readOnly: false };
  });
  const theirs = mountsOf(launch);
  const seen = (mount: Mount) =>
    !theirs.some(m => liesIn(mount.target, m.target));
  const mounts = [
    ...found.filter(f => f.stat?.isDirectory()).map(f => shared(f.name)),
    ...ETC_DIRECTORIES.map(name => `etc/${name}`)
      .filter(path => existsSync(`/${path}`))
      .map(shared),
    ...own,
  ]
    .filter(seen)
    .concat(theirs);
  const line = (source: string, path: string, type: string, options: string) =>
    [field(source), field(join(root, path)), type, options, '0', '0'].join(' ');
  const table = [
    ...DEVICES.map(name => line(`/dev/${name}`, `dev/${name}`, 'none', 'bind')),
    line('tmpfs', 'dev/shm', 'tmpfs', 'defaults'),
    ...mounts.map(m =>
      line(m.source, m.target, 'none', m.readOnly ? 'rbind,ro' : 'rbind'),
    ),
    line('proc', 'proc', 'proc', 'defaults'),
  ];
  const points = mountPoints(mounts, [...links, ...FILES]);
  const directories = [
    ...['proc', 'dev/shm', 'run', 'home', 'etc/ssl', OLD_ROOT],
    ...SCRATCH_DIRECTORIES,
    ...points.directories,
    ...points.files.map(dirname),
  ];
  // One field of one line, whatever the variable holds.
  const home = (launch.env.HOME ?? '/tmp').replace(/[:\p{Cc}]/gu, '_');
  return {
    script: treeScript({
      root,
      directories,
      files: points.files,
      links,
      home,
    }),
    table: `${table.join('\n')}\n`,
  };
}
