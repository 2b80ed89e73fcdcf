/** Host names outside the apps' domain that aliases may have (`aliases.hosts`). */
import { aliasNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { z } from 'zod';
import { isSeparate } from './isSeparate';
import { text } from './values';

/** What is wrong with an entry; undefined where nothing is. */
function problemOf(
  entry: string,
  appsUrl: URL | undefined,
  portalUrl: URL | undefined,
): string | undefined {
  const hostname = entry.replace(/^\*\./, '');
  if (!hostname.includes('.') || aliasNameProblem(hostname))
    return 'must be a host name in lower case, such as dash.example.org, or *.example.org for all one label below';
  if (
    appsUrl &&
    (hostname === appsUrl.hostname || hostname.endsWith(`.${appsUrl.hostname}`))
  )
    return `must not be the apps' domain or lie under it (${appsUrl.hostname}): aliases are there without being listed`;
  if (portalUrl && !isSeparate({ hostname }, portalUrl))
    return `must not be or lie under the portal's host name, backend.baseUrl (${portalUrl.hostname}): every app would receive the portal's sign-in cookie`;
  if (portalUrl && entry.startsWith('*.') && isBelow(portalUrl, hostname))
    return `must not stand for the portal's host name, backend.baseUrl (${portalUrl.hostname})`;
  return undefined;
}

/** Whether a host is one label below a domain. */
function isBelow({ hostname }: URL, domain: string): boolean {
  return hostname.split('.').slice(1).join('.') === domain;
}

export function aliasHosts(
  appsUrl: URL | undefined,
  portalUrl: URL | undefined,
) {
  return z
    .array(
      text.refine(entry => !problemOf(entry, appsUrl, portalUrl), {
        error: ({ input }) => problemOf(String(input), appsUrl, portalUrl),
      }),
    )
    .default([]);
}
