/** Words about declarations. */
import type {
  DeclarationPlan,
  DeclarationState,
  StoreDeclaration,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** What people call a state. */
export const STATES: Record<DeclarationState, string> = {
  IN_SYNC: 'In sync',
  PROGRESSING: 'In progress',
  DRIFTED: 'Drifted',
  PROPOSED: 'Proposed',
  REFUSED: 'Refused',
  ORPHANED: 'No longer declared',
  UNREADABLE: 'Out of sync',
};

/** What a state means. */
export const MEANINGS: Record<DeclarationState, string> = {
  IN_SYNC: 'What is in the store is what the file declares.',
  PROGRESSING: 'It is being applied.',
  DRIFTED: 'What is in the store differs from what the file declares.',
  PROPOSED:
    'The store does not trust this location with it. It is applied when somebody with the rights accepts it.',
  REFUSED: 'It was not applied.',
  ORPHANED:
    'It is no longer in the file. What it declared is still in the store.',
  UNREADABLE:
    'The catalog cannot read the file as it is now. What it declared before still counts.',
};

/** What would be done. */
export const ACTIONS: Record<DeclarationPlan['action'], string> = {
  SAME: 'Nothing to do.',
  CREATE: 'This would be created:',
  UPDATE: 'This would be changed:',
  REPLACE: 'Another instance would take its place:',
  WAIT: 'It waits for something else.',
  DIFFERS: 'This differs, and stays so:',
  REFUSED: 'It cannot be applied.',
  END: 'It would be ended.',
};

/** A location as a person reads it: the file, without its type. */
export function locationUrl(location: string | undefined): string | undefined {
  return /^url:(https?:.*)$/.exec(location ?? '')?.[1];
}

/** `lunch@1.2.0, commit 1a2b3c4d5e6f` */
export function contentWords({
  content,
}: StoreDeclaration): string | undefined {
  if (!content) return undefined;
  const commit = /^[0-9a-f]{40}$/.test(content.etag ?? '')
    ? `, commit ${content.etag!.slice(0, 12)}`
    : '';
  return `${content.name} ${content.version}${commit}`;
}
