/** Declarations in YAML files, with what stands in the directories of their apps. */
import {
  CATALOG_API_VERSION,
  fullRef,
  isDeclarationKind,
  SET_ANNOTATION,
  type DeclarationFiles,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { contentSum } from '@ai-app-store/bundle';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { assertSound, checkDirectory, type CheckedDirectory } from './packing';
import { readAll } from './standardInput';

/** One document, and where it stands. */
export interface DeclaredDocument {
  entity: Entity;
  entityRef: string;
  /** Its path; undefined of what was piped in. */
  file?: string;
  /** Of an app: what stands in its directory. */
  app?: { checked: Sound; directory: string };
}

type Sound = ReturnType<typeof soundOf>;

interface Entity {
  apiVersion?: string;
  kind?: string;
  /** Null of an empty key. */
  metadata?: {
    name?: string;
    namespace?: string;
    annotations?: Record<string, unknown> | null;
  } | null;
  spec?: { source?: string };
}

const YAML = /\.ya?ml$/;

function soundOf(checked: CheckedDirectory) {
  assertSound(checked);
  return checked;
}

function badYaml(path: string, message: string): CliError {
  return new CliError(`${path} is not YAML: ${message}`, {
    code: 'BAD_YAML',
    remedy: 'Correct the file.',
  });
}

/** The YAML files that are named; of a directory, those in it. `-` is what is piped in. */
async function filesOf(context: Context, names: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) {
    const path = name === '-' ? name : resolve(context.world.cwd, name);
    const found =
      name === '-' ? undefined : await stat(path).catch(() => undefined);
    if (name !== '-' && !found)
      throw new CliError(`${path} is not there.`, {
        exitCode: EXIT.notFound,
        code: 'NO_FILE',
        remedy: 'Name a YAML file, or a directory with some.',
      });
    if (found?.isDirectory())
      paths.push(
        ...(await readdir(path))
          .filter(entry => YAML.test(entry))
          .sort()
          .map(entry => join(path, entry)),
      );
    else paths.push(path);
  }
  return paths;
}

async function entitiesOf(context: Context, path: string): Promise<Entity[]> {
  const text =
    path === '-'
      ? (await readAll(context.world.stdin)).toString('utf8')
      : await readFile(path, 'utf8');
  return parseAllDocuments(text).flatMap(document => {
    const [error] = document.errors;
    if (error) throw badYaml(path, error.message.split('\n')[0]);
    const value: unknown = document.toJS();
    return value && typeof value === 'object' ? [value as Entity] : [];
  });
}

/** The app of a declaration, packed as the portal packs it: without the files that declare it. */
async function appOf(
  entity: Entity,
  path: string,
): Promise<DeclaredDocument['app']> {
  const { source = './' } = entity.spec ?? {};
  // Only the portal reads that: the store refuses this one, and no other one of the file.
  if (/^https?:/.test(source)) return undefined;
  const directory = resolve(path === '-' ? '.' : dirname(path), source);
  const without = ['catalog-info.yaml', 'catalog-info.yml'].map(name =>
    join(directory, name),
  );
  return {
    directory,
    checked: soundOf(await checkDirectory(directory, { without })),
  };
}

/**
 * Reads declarations; documents of other kinds are left out, with a note.
 *
 * @throws CliError where a file is not there or is no YAML, or there is nothing in them
 */
export async function readDeclarations(
  context: Context,
  names: string[],
): Promise<DeclaredDocument[]> {
  const documents: DeclaredDocument[] = [];
  let others = 0;
  for (const path of await filesOf(context, names))
    for (const entity of await entitiesOf(context, path)) {
      const { apiVersion, kind = '' } = entity;
      if (apiVersion !== CATALOG_API_VERSION && !isDeclarationKind(kind))
        others += 1;
      else
        documents.push({
          entity,
          entityRef: refOf(entity),
          ...(path === '-' ? {} : { file: path }),
          ...(kind === 'App' ? { app: await appOf(entity, path) } : {}),
        });
    }
  if (others)
    context.output.note(
      `${others} ${
        others === 1 ? 'document is' : 'documents are'
      } not of the app store, and left alone.`,
    );
  if (!documents.length)
    throw new CliError('There is no declaration in these files.', {
      code: 'NOTHING_DECLARED',
      remedy: `Write documents with apiVersion: ${CATALOG_API_VERSION}. \`app-store declare\` makes some.`,
    });
  return documents;
}

/** Empty for what has no name, which the store refuses. */
function refOf({ kind = '', metadata }: Entity): string {
  const { name = '', namespace = 'default' } = metadata ?? {};
  return fullRef(String(name), { kind, namespace: String(namespace) }) ?? '';
}

/**
 * The name of a set of files: by `--set`, or by the annotation of their documents.
 *
 * @returns undefined where nothing names it
 * @throws CliError where it is named twice
 */
export function setOf(
  documents: DeclaredDocument[],
  flag: string | undefined,
): string | undefined {
  const names = new Set(
    documents.flatMap(({ entity }) => {
      const name = entity.metadata?.annotations?.[SET_ANNOTATION];
      return name === undefined || name === null ? [] : [String(name)];
    }),
  );
  if (flag) names.add(flag);
  if (names.size > 1)
    throw new CliError(
      `These files name more than one set: ${[...names].join(', ')}.`,
      {
        code: 'TWO_SETS',
        remedy: `Name one: the same ${SET_ANNOTATION} in all documents, and the same --set.`,
      },
    );
  const [name] = names;
  return name;
}

/** Documents as the store takes them. */
export async function asRequest(
  documents: DeclaredDocument[],
): Promise<DeclarationFiles['documents']> {
  return Promise.all(
    documents.map(async ({ entity, app, file }) => ({
      document: JSON.stringify(entity),
      ...(file ? { file } : {}),
      ...(app
        ? {
            bundle: {
              name: app.checked.manifest.name,
              version: app.checked.manifest.version,
              contentDigest: (await contentSum(app.checked.tree)).digest,
            },
          }
        : {}),
    })),
  );
}
