/**
 * Whether something that `requirements.txt` asks for may bring a Python module: a wheel
 * of the bundle is looked into, a package of an index is known by its name only.
 */
import { posix } from 'node:path';
import * as yauzl from 'yauzl';
import type { BundleFile, FileTree } from './FileTree';

const TEXT_LIMIT = 1024 ** 2;
/** Largest wheel that is looked into, in bytes; a larger one may bring anything. */
const WHEEL_LIMIT = 16 * 1024 ** 2;
/** `-r` in `-r` in …: no deeper. */
const DEPTH = 5;
/** Lines of all files together; somebody else's bundle must not keep the process busy. */
const LINES = 2000;
/** Characters of a line. */
const LINE_LIMIT = 4096;

/** Modules that packages of quite another name bring; names without what joins their words. */
const BROUGHT_BY: Record<string, string[]> = {
  notebook: ['jupyter'],
  jupyterlab: ['jupyter'],
};

/** A name as an index has it (PEP 503), without what joins its words. */
function plainName(name: string): string {
  return name.toLocaleLowerCase('en-US').replace(/[-_.]+/g, '');
}

/** Names that packages have beside those of their modules: `python-dotenv`, `scikit-learn-x`. */
function bears(packageName: string, module: string): boolean {
  const [name, top] = [plainName(packageName), plainName(module)];
  return (
    name === top ||
    name.replace(/^(python|py)|(python|py)$/g, '') === top ||
    // `jupyterlab` of `jupyterlab-server`, and `streamlit` of `streamlit-nightly`.
    (top.length > 3 && (name.startsWith(top) || name.endsWith(top))) ||
    (BROUGHT_BY[top] ?? []).includes(name) ||
    (name.length > 3 && top.startsWith(name))
  );
}

/** The lines of a requirements file, continued ones as one, without comments and further spaces. */
function linesOf(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(line =>
      line
        .replace(/(^|\s)#.*$/, '')
        .trim()
        .replace(/\s+/g, ' ')
        .slice(0, LINE_LIMIT),
    )
    .filter(Boolean);
}

/** `lib[extra]` without what stands in brackets. */
function withoutExtras(spec: string): string {
  return spec.endsWith(']') ? spec.slice(0, spec.indexOf('[')) : spec;
}

/** Paths of files, among which those of a module are looked for. */
function holds(paths: Iterable<string>, top: string): boolean {
  for (const path of paths)
    if (
      path === `${top}.py` ||
      path.startsWith(`${top}/`) ||
      (path.startsWith(`${top}.`) && /^[^/]+\.(so|pyd)$/.test(path))
    )
      return true;
  return false;
}

/** The names in a zip archive; undefined where it is none. */
function namesIn(data: Buffer): Promise<string[] | undefined> {
  return new Promise(resolve => {
    yauzl.fromBuffer(data, { lazyEntries: true }, (error, zip) => {
      if (error) {
        resolve(undefined);
        return;
      }
      const names: string[] = [];
      zip.on('entry', (entry: yauzl.Entry) => {
        names.push(entry.fileName);
        zip.readEntry();
      });
      zip.on('end', () => resolve(names));
      zip.on('error', () => resolve(undefined));
      zip.readEntry();
    });
  });
}

/** The lines of `requirements.txt` that can provide the top module of an app. */
class Requirements {
  readonly #tree: FileTree;
  readonly #top: string;
  /** Files named by `-r`, of which each is read once. */
  readonly #read = new Set<string>();
  /** What lies in the bundle, looked into once. */
  readonly #looked = new Map<string, Promise<boolean>>();
  #lines = 0;

  constructor(tree: FileTree, module: string) {
    this.#tree = tree;
    this.#top = module.split('.')[0];
  }

  async #wheel(file: BundleFile): Promise<boolean> {
    if (file.size > WHEEL_LIMIT) return true;
    const paths = await namesIn(await this.#tree.read(file, WHEEL_LIMIT));
    // What is no archive is told by pip.
    return !paths || holds(paths, this.#top);
  }

  /** A directory of the bundle that is a project itself. */
  #project(directory: string): boolean {
    const prefix = directory ? `${directory}/` : '';
    const inside = this.#tree.files
      .filter(file => file.path.startsWith(prefix))
      .map(file => file.path.slice(prefix.length));
    return (
      holds(inside, this.#top) ||
      holds(
        inside.flatMap(path =>
          path.startsWith('src/') ? [path.slice(4)] : [],
        ),
        this.#top,
      )
    );
  }

  #local(path: string): Promise<boolean> {
    const plain = posix.normalize(path).replace(/\/$/, '');
    const known = this.#looked.get(plain) ?? this.#look(plain);
    this.#looked.set(plain, known);
    return known;
  }

  async #look(plain: string): Promise<boolean> {
    const file = this.#tree.find(plain);
    if (file) return plain.endsWith('.whl') ? this.#wheel(file) : true;
    return this.#project(plain === '.' ? '' : plain);
  }

  /** @param at - the directory of the file that the line stands in */
  async #line(line: string, depth: number, at: string): Promise<boolean> {
    const option = /^(?:(-[rcefi])[ =]*|(--[a-z-]+)(?:[ =]+|$))(.*)$/.exec(
      line,
    );
    if (option) {
      const [, short, long, value] = option;
      const name = short ?? long;
      if (name === '-r' || name === '--requirement')
        // What an address holds is not known before it is fetched.
        return (
          /^[a-z+]+:\/\//i.test(value) ||
          this.file(posix.join(at, value), depth + 1)
        );
      if (name === '-e' || name === '--editable')
        return this.#line(value.replace(/^file:(?!\/\/)/, ''), depth, at);
      return false;
    }
    const spec = line.split(';', 1)[0].trim();
    const [, named] =
      /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*@\s*(?=[a-z+]+:)/i.exec(spec) ??
      [];
    if (named) return bears(named, this.#top);
    if (/^[a-z+]+:\/\//i.test(spec) || /^git@/.test(spec)) {
      const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(spec)?.[1];
      // What an address leads to is not known before it is installed.
      return egg ? bears(egg, this.#top) : true;
    }
    if (/^\.{0,2}\/|\.(whl|zip|tar\.gz)$|^\.$/.test(spec) || spec.includes('/'))
      return this.#local(withoutExtras(spec));
    const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(spec)?.[0];
    return name !== undefined && bears(name, this.#top);
  }

  async file(path: string, depth = 0): Promise<boolean> {
    const file = this.#tree.find(path);
    // Too large or too deep to know; the installer tells.
    if (file && (file.size > TEXT_LIMIT || depth > DEPTH)) return true;
    if (!file || this.#read.has(path)) return false;
    this.#read.add(path);
    const text = (await this.#tree.read(file, TEXT_LIMIT)).toString('utf8');
    const lines = linesOf(text);
    this.#lines += lines.length;
    // Too many to look at.
    if (this.#lines > LINES) return true;
    for (const line of lines)
      if (await this.#line(line, depth, posix.dirname(path))) return true;
    return false;
  }
}

/** Whether a module may come with what a bundle's `requirements.txt` names. */
export function mayBeInstalled(
  tree: FileTree,
  module: string,
): Promise<boolean> {
  return new Requirements(tree, module).file('requirements.txt');
}
