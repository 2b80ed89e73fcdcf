/** Whether apps may be served at a host. */

/**
 * Apps are strangers: the portal sets cookies for its host name and everything
 * below it, so no app may be served there. `localhost` is a public suffix to
 * browsers, hence the exception.
 */
export function isSeparate(
  appsUrl: Pick<URL, 'hostname'>,
  portalUrl: Pick<URL, 'hostname'>,
): boolean {
  const [apps, portal] = [appsUrl, portalUrl].map(({ hostname }) =>
    hostname.toLowerCase().replace(/\.$/, ''),
  );
  return (
    apps !== portal && (!apps.endsWith(`.${portal}`) || portal === 'localhost')
  );
}
