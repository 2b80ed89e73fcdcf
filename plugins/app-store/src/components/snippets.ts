/** Lines for an app.toml, as the store would understand them. */
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';

const quoted = (text: string) => JSON.stringify(text);

/** What a next version has to say to begin with the tags and profile that this one has now. */
export function snippetOf(
  app: Pick<App, 'name' | 'lifecycle'>,
  tags: string[],
  profile?: string,
): string {
  return [
    '[App]',
    `Name = ${quoted(app.name)}`,
    `Tags = [${tags.map(quoted).join(', ')}]`,
    ...(app.lifecycle === 'ON_DEMAND'
      ? []
      : [`InstanceLifecycle = ${quoted(app.lifecycle)}`]),
    ...(profile
      ? ['', `# The default launch profile is set after the import: ${profile}`]
      : []),
  ].join('\n');
}

/** How an app asks for the keys of a secret; the variable is named after the key. */
export function envSnippet(name: string, keys: string[]): string {
  return keys
    .map(key =>
      [
        '[[Env]]',
        `Name = ${quoted(key.toUpperCase().replace(/[^A-Z0-9_]/g, '_'))}`,
        `Secret = ${quoted(name)}`,
        `SecretKey = ${quoted(key)}`,
      ].join('\n'),
    )
    .join('\n\n');
}
