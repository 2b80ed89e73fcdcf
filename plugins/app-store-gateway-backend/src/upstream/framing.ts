/**
 * Who may show an app in a frame: pages of its own host and of the portal, and whom its
 * `app.toml` names. All apps are one site to a browser, so a neighbour's page could
 * otherwise lay an app under its own and have people click in it. What an app says itself
 * about frames counts instead.
 */

const OWN_DIRECTIVE = /(?:^|[;,])\s*frame-ancestors(?:[\s;,]|$)/i;
/** Values that browsers obey; they pass over others. */
const OWN_OPTION = /(?:^|,)\s*(?:deny|sameorigin)\s*(?:,|$)/i;

/**
 * Adds the policy to the headers of an answer. The app's own policies stay as they are:
 * a browser holds a page to each of them.
 *
 * @param ancestors - origins beside the two, or `*` for everybody
 */
export function guardFrames(
  status: number,
  headers: Record<string, string | string[]>,
  ancestors: readonly string[],
  portal: string,
): void {
  // A 304 stands for what the browser has: its headers would replace those of the whole answer.
  if (status === 304 || ancestors.includes('*')) return;
  const policies = headers['content-security-policy'];
  const own = policies === undefined ? [] : ([] as string[]).concat(policies);
  const option = headers['x-frame-options'];
  if (own.some(policy => OWN_DIRECTIVE.test(policy))) return;
  // frame-ancestors would take the place of this option, which may be the stricter one.
  if (option !== undefined && OWN_OPTION.test(String(option))) return;
  const others = ancestors.length ? ` ${ancestors.join(' ')}` : '';
  const policy = `frame-ancestors 'self' ${portal}${others}`;
  headers['content-security-policy'] = own.length ? [...own, policy] : policy;
}
