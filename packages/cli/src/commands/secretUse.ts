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
export function envEntries(name: string, keys: string[]): string {
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
        'which apps use it, and which instances run with an old value',
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
          output.note(`And ${usage.hidden} that you may not see.`);
        if (usage.instances.some(i => !i.current))
          output.note(
            'Suspend and resume an instance to have it run with the new value.',
          );
      });
    }),
  );

  addWhichOptions(
    secret
      .command('snippet')
      .description('the lines of app.toml that hand a secret to an app')
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
