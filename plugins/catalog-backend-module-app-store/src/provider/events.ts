/** What the store's events say has changed of the index. */

/** The topic of the store's events. */
export const TOPIC = 'ai-app-store';

const IRRELEVANT = new Set(['app:prefer', 'app:refresh', 'app:run']);

/**
 * What to refresh: versions of a name, or everything where the event does not say
 * which app it is about. Undefined where the index is as it was.
 */
export function refreshFor(payload: unknown): { name?: string } | undefined {
  const { action, resource } = (payload ?? {}) as {
    action?: unknown;
    resource?: { name?: unknown };
  };
  if (typeof action !== 'string' || !/^(app|tag):/.test(action))
    return undefined;
  if (IRRELEVANT.has(action)) return undefined;
  const aboutApp =
    action.startsWith('app:') || ['tag:assign', 'tag:remove'].includes(action);
  // `<name> <version>`, neither of which has a space.
  const [, name] =
    (aboutApp && /^(\S+) \S+$/.exec(String(resource?.name))) || [];
  return { name };
}
