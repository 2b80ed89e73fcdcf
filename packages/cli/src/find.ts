/** Finds what a person means: an id, the beginning of one, a name. */
import {
  AppStoreError,
  compareVersions,
  NAME_LIMIT,
  type App,
  type AppInstance,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { CliError, EXIT } from './errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f-]{4,36}$/;
/** What scripts write where an alias has no instance. */
const NIL = '00000000-0000-0000-0000-000000000000';

/** How far to look: what one sees as a person, or everything, for admins. */
export interface Reach {
  admin?: boolean;
}

function notFound(what: string, text: string, remedy: string): CliError {
  return new CliError(
    `There is no ${what} ${text}, or you are not allowed to see it.`,
    {
      exitCode: EXIT.notFound,
      code: 'NOT_FOUND',
      remedy,
    },
  );
}

function theOne<T extends { id: string }>(
  what: string,
  text: string,
  found: T[],
): T | undefined {
  if (found.length > 1)
    throw new CliError(
      `${text} is the start of the IDs of ${found.length} ${what}s.`,
      ambiguous(found.map(each => each.id)),
    );
  return found[0];
}

function ambiguous(choices: string[]) {
  const more = choices.length > 3 ? ', …' : '';
  return {
    exitCode: EXIT.usage,
    code: 'AMBIGUOUS',
    remedy: `Use one of them: ${choices.slice(0, 3).join(', ')}${more}.`,
  };
}

/** All versions of a name, newest first, or the one of `name@version`. */
async function versionsOf(
  api: AppStoreApi,
  text: string,
  scope: 'visible' | 'all',
): Promise<App[]> {
  const [, name, version] = /^(.+?)(?:@(.+))?$/s.exec(text) ?? [];
  if (!name || name.length > NAME_LIMIT) return [];
  return (await api.listAllApps({ name, scope }))
    .filter(app => !version || app.version === version)
    .sort((a, b) => compareVersions(b.version, a.version));
}

/**
 * The app with an id or the beginning of one, or the newest version of a name, or
 * `name@version`.
 *
 * @param options.exact - a name with several versions is not enough: what is done cannot be undone
 */
export async function findApp(
  api: AppStoreApi,
  text: string,
  options: Reach & { exact?: boolean } = {},
): Promise<App> {
  const { admin = false, exact = false } = options;
  if (UUID.test(text)) return api.getApp(text);
  const versions = await versionsOf(api, text, admin ? 'all' : 'visible');
  if (exact && versions.length > 1)
    throw new CliError(
      `There are ${versions.length} versions of ${text}.`,
      ambiguous(versions.map(app => `${app.name}@${app.version}`)),
    );
  if (versions.length) return versions[0];
  if (PREFIX.test(text)) {
    const all = admin
      ? await api.listAllApps({ scope: 'all' })
      : [
          ...(await api.listAllApps()),
          ...(await api.listAllApps({ scope: 'mine' })),
        ];
    const byId = new Map(all.map(app => [app.id, app]));
    const one = theOne(
      'app',
      text,
      [...byId.values()].filter(app => app.id.startsWith(text)),
    );
    if (one) return one;
  }
  throw notFound(
    'app',
    text,
    admin ? 'See `app-store admin app list`.' : 'See `app-store app list -a`.',
  );
}

/** Which instances to list for an app: of all versions of a name, or of one. */
export async function ofApp(
  api: AppStoreApi,
  text: string | undefined,
  reach: Reach,
): Promise<{ appId?: string; appName?: string }> {
  if (!text) return {};
  const app = await findApp(api, text, reach);
  return text === app.name ? { appName: app.name } : { appId: app.id };
}

/** The id that an alias leads to, where there is such an alias. */
async function throughAlias(
  api: AppStoreApi,
  text: string,
): Promise<string | undefined> {
  try {
    return (await api.getAlias(text)).instanceId;
  } catch (error) {
    // Visitors have no aliases, and most texts are none.
    if (
      error instanceof AppStoreError &&
      [400, 403, 404].includes(error.problem.status)
    )
      return undefined;
    throw error;
  }
}

/**
 * The instance with an id or the beginning of one, or the one that an alias leads to.
 *
 * @param options.terminated - among those that can be restored
 */
export async function findInstance(
  api: AppStoreApi,
  text: string,
  options: Reach & { terminated?: boolean } = {},
): Promise<AppInstance> {
  const { admin = false, terminated } = options;
  if (UUID.test(text)) return api.getInstance(text);
  if (PREFIX.test(text)) {
    const one = theOne(
      'instance',
      text,
      (
        await api.listAllInstances({
          scope: admin ? 'all' : 'visible',
          terminated,
        })
      ).filter(i => i.id.startsWith(text)),
    );
    if (one) return one;
  }
  const id = terminated ? undefined : await throughAlias(api, text);
  if (id) return api.getInstance(id);
  const list = `app-store ${admin ? 'admin ' : ''}instance list${
    admin ? '' : ' -a'
  }${terminated ? ' --terminated' : ''}`;
  throw notFound('instance', text, `See \`${list}\`.`);
}

/** The id of the instance that an alias is to lead to; undefined for none. */
export async function findTarget(
  api: AppStoreApi,
  text: string | undefined,
  reach: Reach,
): Promise<string | undefined> {
  if (!text || text === NIL) return undefined;
  return (await findInstance(api, text, reach)).id;
}
