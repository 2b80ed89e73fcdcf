/** Host names outside the apps' domain that aliases may have (`aliases.hosts`). */
import { aliasNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { z } from 'zod';
import { isSeparate } from './isSeparate';
import { text } from './values';

/** Whether an entry stands for a host: `*.` for one label. */
function covers(entry: string, { hostname }: URL): boolean {
  return (
    entry === hostname ||
    (entry.startsWith('*.') &&
      entry.slice(2) === hostname.split('.').slice(1).join('.'))
  );
}

/** What is wrong with an entry; undefined where nothing is. */
function problemOf(
  entry: string,
  appsUrl: URL | undefined,
  portals: URL[],
): string | undefined {
  const hostname = entry.replace(/^\*\./, '');
  if (!hostname.includes('.') || aliasNameProblem(hostname))
    return 'must be a host name in lower case, such as dash.example.org, or *.example.org for all one label below';
  if (
    appsUrl &&
    (covers(entry, appsUrl) ||
      hostname === appsUrl.hostname ||
      hostname.endsWith(`.${appsUrl.hostname}`))
  )
    return `must not be the apps' domain, stand for it, or lie under it (${appsUrl.hostname}): aliases are there without being listed`;
  for (const portal of portals) {
    if (!isSeparate({ hostname }, portal))
      return `must not be or lie under the portal's host name (${portal.hostname}): every app would receive the portal's sign-in cookie`;
    if (covers(entry, portal))
      return `must not stand for the portal's host name (${portal.hostname})`;
  }
  return undefined;
}

/** @param portals - addresses of the portal: `backend.baseUrl`, `app.baseUrl` */
export function aliasHosts(appsUrl: URL | undefined, portals: URL[]) {
  return z
    .array(
      text.refine(entry => !problemOf(entry, appsUrl, portals), {
        error: ({ input }) => problemOf(String(input), appsUrl, portals),
      }),
    )
    .default([]);
}
