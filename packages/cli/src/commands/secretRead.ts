/** `secret list` and `secret get`: names and keys; values only where they are asked for. */
import type {
  AppSecret,
  SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import { collect } from '../paging';
import { valueWords } from '../secretData';
import { limitOption, oneOf, type Mount } from './shared';
import {
  addWhichOptions,
  findSecret,
  keyOf,
  visibilitiesOf,
  type WhichFlags,
} from './secretWhich';

/** @param values - by key, in base64; shown where they are given */
export function showSecret(
  { output }: Context,
  secret: AppSecret,
  values?: Record<string, string>,
): void {
  output.result(values ? { ...secret, data: values } : secret, () => {
    output.fields([
      ['ID', secret.id],
      ['Name', secret.name],
      ['Visibility', secret.visibility],
      ['Parent', secret.parent],
      ['Owner', secret.owner],
      ['Keys', secret.keys.join(', ')],
      ['State', secret.state],
      ['Created At', secret.createdAt],
      ['Updated At', secret.updatedAt],
    ]);
    if (!values) return;
    output.line();
    output.fields(
      Object.entries(values).map(([key, value]) => [key, valueWords(value)]),
    );
  });
}

export function addSecretReading(secret: Command, mount: Mount): void {
  const { act, admin } = mount;
  const choices = [...visibilitiesOf(mount), 'UNSPECIFIED'] as const;
  const visibility = new Option(
    '-v, --visibility <visibility>',
    admin
      ? 'only this visibility; UNSPECIFIED for both'
      : 'only this visibility',
  )
    .choices(choices)
    .argParser(oneOf(choices));
  secret
    .command('list')
    .alias('ls')
    .description(
      admin
        ? 'list secrets of all users, or of apps'
        : 'list your secrets, and those of all users',
    )
    .addOption(admin ? visibility.default('ALL_USERS') : visibility)
    .addOption(limitOption())
    .action(
      act(
        async (
          context,
          flags: {
            visibility?: SecretVisibility | 'UNSPECIFIED';
            limit?: number;
          },
        ) => {
          const api = context.api();
          const { output } = context;
          const wanted =
            flags.visibility === 'UNSPECIFIED' ? undefined : flags.visibility;
          const among = visibilitiesOf(mount);
          const all = await collect(page =>
            api.listSecrets({ visibility: wanted, ...page }),
          );
          // An admin's own PRIVATE ones are no matter of admins.
          const secrets = all
            .filter(s => among.includes(s.visibility))
            .slice(0, flags.limit);
          output.result(secrets, () => {
            if (!secrets.length) output.note('There are none.');
            else
              output.table(
                ['NAME', 'VISIBILITY', 'PARENT', 'KEYS', 'STATE'],
                secrets.map(s => [
                  s.name,
                  s.visibility,
                  s.parent ?? '',
                  s.keys.join(', '),
                  s.state,
                ]),
              );
          });
        },
      ),
    );

  addWhichOptions(
    secret
      .command('get')
      .description('show a secret; its values only with -e')
      .argument('<name>'),
    mount,
  )
    .option('-e, --expose', 'show the values; the audit log records it')
    .action(
      act(
        async (
          context,
          name: string,
          flags: WhichFlags & { expose?: boolean },
        ) => {
          const found = await findSecret(context, name, flags, mount);
          const values = flags.expose
            ? await context.api().revealSecret(keyOf(found))
            : undefined;
          showSecret(context, found, values);
        },
      ),
    );
}
