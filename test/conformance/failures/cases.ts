/**
 * Reads recordings of how apps start and fail: objects, revision by revision, as a watch told them
 * (`failures.jsonl`: one object a line, with its case and the seconds since the case began).
 */
import { readFileSync } from 'node:fs';
import type { Json } from '../recording';

/** One revision of an object, an event, a log or a refusal. */
export interface Revision {
  case: string;
  /** Seconds since the first creation of the case. */
  at: number;
  kind: string;
  object: Json;
  type?: 'ADDED' | 'MODIFIED' | 'DELETED';
}

/** All of one case, in order. */
export interface Case {
  name: string;
  revisions: Revision[];
}

/** @throws Error for a line that is no revision */
export function readCases(path: string): Case[] {
  const cases = new Map<string, Case>();
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      if (!line.trim()) return;
      const revision = JSON.parse(line) as Revision;
      if (!revision.case || !revision.kind || !revision.object)
        throw new Error(`${path}:${index + 1}: not a revision of a case`);
      const found = cases.get(revision.case) ?? {
        name: revision.case,
        revisions: [],
      };
      found.revisions.push(revision);
      cases.set(revision.case, found);
    });
  return [...cases.values()];
}

export function messagesOf({ revisions }: Case): string[] {
  return revisions
    .filter(({ kind }) => kind === 'Event')
    .map(({ object }) => object.message ?? '');
}
