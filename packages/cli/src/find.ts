/** Finds what a person means: an id, the beginning of one, or an app's name. */
import {
  compareVersions,
  NAME_LIMIT,
  type App,
  type AppInstance,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { CliError, EXIT } from './errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f-]{4,36}$/;

function notFound(what: string, text: string, remedy: string): CliError {
  return new CliError(`There is no ${what} ${text}, or you may not see it.`, {
    exitCode: EXIT.notFound,
    code: 'NOT_FOUND',
    remedy,
  });
}

function theOne<T extends { id: string }>(
  what: string,
  text: string,
  found: T[],
): T | undefined {
  if (found.length > 1)
    throw new CliError(`${text} begins the ids of ${found.length} ${what}s.`, {
      exitCode: EXIT.usage,
      code: 'AMBIGUOUS',
      remedy: `Write more of it: ${found
        .slice(0, 3)
        .map(each => each.id)
        .join(', ')}.`,
    });
  return found[0];
}

/** The app with an id or the beginning of one, or the newest version of a name, or `name@version`. */
export async function findApp(api: AppStoreApi, text: string): Promise<App> {
  if (UUID.test(text)) return api.getApp(text);
  const [, name, version] = /^(.+?)(?:@(.+))?$/.exec(text) ?? [];
  if (name && name.length <= NAME_LIMIT) {
    const versions = (await api.listAllApps({ name }))
      .filter(app => !version || app.version === version)
      .sort((a, b) => compareVersions(b.version, a.version));
    if (versions.length) return versions[0];
  }
  if (PREFIX.test(text)) {
    const all = [
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
  throw notFound('app', text, 'See `app-store app list -a`.');
}

/** The instance with an id, or the beginning of one. */
export async function findInstance(
  api: AppStoreApi,
  text: string,
): Promise<AppInstance> {
  if (UUID.test(text)) return api.getInstance(text);
  if (PREFIX.test(text)) {
    const one = theOne(
      'instance',
      text,
      (await api.listAllInstances({ scope: 'visible' })).filter(i =>
        i.id.startsWith(text),
      ),
    );
    if (one) return one;
  }
  throw notFound('instance', text, 'See `app-store instance list -a`.');
}
