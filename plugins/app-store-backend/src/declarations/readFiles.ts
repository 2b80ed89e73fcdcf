/** Documents of files, as declarations with what is known of them. */
import {
  readDeclaration,
  type Declaration,
  type DeclarationFiles as Files,
  type DeclaredEntity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../auth/Caller';
import { StoreError } from '../errors/StoreError';
import {
  byKind,
  digestOf,
  newDeclaration,
  type AppContent,
  type DeclarationRecord,
} from './declarationRows';

type Document = Files['documents'][number];

/** A document that can be read. */
export interface ReadDocument {
  declaration: Declaration;
  /** Of an app, what stands in its directory. */
  content?: AppContent;
  row: DeclarationRecord;
  /** The path of its file, on the machine of whoever applies it. */
  file?: string;
  /** What declares it in the catalog already, for the same person. */
  inCatalog?: DeclarationRecord;
}

/**
 * Reads documents, in the order in which they are applied.
 *
 * @param before - what was applied of these files before
 * @throws StoreError 400 with all that is wrong: nothing is done then
 */
export function readFiles(
  caller: Caller,
  source: string,
  documents: Document[],
  before: DeclarationRecord[],
): ReadDocument[] {
  const rows = new Map(before.map(row => [row.entityRef, row]));
  const issues: Array<{ message: string; path: string }> = [];
  const read = new Map<string, ReadDocument>();
  documents.forEach(({ document, bundle, file }, index) => {
    const found = readDocument(document);
    const path = `document ${index + 1}`;
    if (!found.declaration) {
      const about = found.entityRef ?? path;
      issues.push(
        ...found.issues.map(fault => ({
          path: `${path}: ${fault.path}`,
          // Said where nobody sees the path.
          message: `${about}: ${fault.path} ${fault.message}`,
        })),
      );
      return;
    }
    const { declaration } = found;
    const { entityRef } = declaration;
    if (read.has(entityRef))
      issues.push({
        path,
        message: `${path}: declares ${entityRef} a second time`,
      });
    read.set(entityRef, {
      declaration,
      file,
      ...(bundle ? { content: { url: 'file', ...bundle } } : {}),
      row: rows.get(entityRef) ?? {
        ...newDeclaration({ source, entityRef, kind: declaration.kind }),
        declaration,
        digest: digestOf(declaration),
        ownerRef: caller.userEntityRef,
      },
    });
  });
  if (issues.length)
    throw new StoreError({
      status: 400,
      code: 'BAD_DECLARATION',
      message: `${issues.length} ${
        issues.length === 1 ? 'fault' : 'faults'
      } in the declarations. Nothing was changed.`,
      owner: 'you',
      remedy: 'Correct the files.',
      issues: issues
        .slice(0, 50)
        .map(issue => ({ severity: 'error', ...issue })),
    });
  return [...read.values()].sort((a, b) =>
    byKind(a.declaration, b.declaration),
  );
}

function readDocument(document: string): ReturnType<typeof readDeclaration> {
  let entity: DeclaredEntity;
  try {
    entity = JSON.parse(document);
  } catch {
    return { issues: [{ path: '', message: 'is not JSON' }] };
  }
  return readDeclaration(entity);
}
