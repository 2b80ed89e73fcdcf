/** `secret usage` and `secret snippet`: who uses a secret, and how an app comes to. */
import type { Command } from 'commander';
import {
  addWhichOptions,
  findSecret,
  keyOf,
  type WhichFlags,
} from './secretWhich';
import type { Mount } from './shared';

/** The environment variable that a key suggests. */
function variableOf(key: string): string {
  const name = key.toLocaleUpperCase('en-US').replace(/[^A-Z0-9]+/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** `[[Env]]` entries for all keys, to be put into app.toml. */
function envEntries(name: string, keys: string[]): string {
  return keys
    .map(
      key =>
        `[[Env]]\nName = ${JSON.stringify(
          variableOf(key),
        )}\nSecret = ${JSON.stringify(name)}\nSecretKey = ${JSON.stringify(
          key,
        )}\n`,
    )
    .join('\n');
}

export function addSecretUses(secret: Command, mount: Mount): void {
  const { act } = mount;
  addWhichOptions(
    secret
      .command('usage')
      .description(
        'show which apps use a secret, and which instances have an old value',
      )
      .argument('<name>'),
    mount,
  ).action(
    act(async (context, name: string, flags: WhichFlags) => {
      const found = await findSecret(context, name, flags, mount);
      const usage = await context.api().getSecretUsage(keyOf(found));
      const { output } = context;
      output.result(usage, () => {
        output.table(
          ['ID', 'KIND', 'NAME', 'USE'],
          [
            ...usage.apps.map(app => [
              app.id,
              'app',
              `${app.name}@${app.version}`,
              `${app.keys.join(', ')}${app.optional ? ' (optional)' : ''}`,
            ]),
            ...usage.instances.map(i => [
              i.id,
              'instance',
              i.appTitle,
              i.current ? `${i.status}, up to date` : `${i.status}, OLD VALUE`,
            ]),
          ],
        );
        if (usage.hidden)
          output.note(`And ${usage.hidden} that you cannot see.`);
        if (usage.instances.some(i => !i.current))
          output.note('To use the new value, suspend and resume the instance.');
      });
    }),
  );

  addWhichOptions(
    secret
      .command('snippet')
      .description('print the lines of app.toml that give a secret to an app')
      .argument('<name>'),
    mount,
  ).action(
    act(async (context, name: string, flags: WhichFlags) => {
      const found = await findSecret(context, name, flags, mount);
      const toml = envEntries(found.name, found.keys);
      context.output.result({ toml }, () => context.output.text(toml));
    }),
  );
}
