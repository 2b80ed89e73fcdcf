/** `secret create`, `update` and `delete`. */
import {
  AppStoreError,
  type AppSecret,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { CliError } from '../errors';
import { readSecretData, type DataFlags } from '../secretData';
import { showSecret } from './secretRead';
import {
  addWhichOptions,
  findOwn,
  identityOf,
  keyOf,
  type WhichFlags,
} from './secretWhich';
import { examples, programOf, yesOption, type Mount } from './shared';

type WriteFlags = WhichFlags & DataFlags;

const several = (text: string, before: string[] | undefined) => [
  ...(before ?? []),
  text,
];

function addDataOptions(command: Command): Command {
  return command
    .option(
      '--from-file <key=path>',
      'a value from a file; KEY=- reads standard input',
      several,
    )
    .option(
      '--from-env-file <path>',
      'values from a file with lines KEY=VALUE',
      several,
    )
    .option(
      '--from-literal <key=value>',
      'a value; other users of this machine can see it',
      several,
    );
}

async function create(
  context: Context,
  name: string,
  flags: WriteFlags,
  mount: Mount,
): Promise<void> {
  const identity = identityOf(name, flags, mount);
  const api = context.api();
  const data = await readSecretData(context, flags);
  let made: AppSecret;
  try {
    made = await api.putSecret(identity, data, {
      encoding: 'base64',
      create: true,
    });
  } catch (error) {
    if (!(error instanceof AppStoreError) || error.problem.status !== 412)
      throw error;
    throw new CliError(
      `There is a secret ${name} (${identity.visibility}) already.`,
      {
        code: 'SECRET_EXISTS',
        remedy: `Replace its values with \`${programOf(
          mount,
        )} secret update\`, or choose another name.`,
      },
    );
  }
  showSecret(context, made);
}

/** Who is affected by a change of a secret, in words; undefined for nobody. */
async function usersOf(
  context: Context,
  secret: AppSecret,
): Promise<string | undefined> {
  const { apps, instances, hidden } = await context
    .api()
    .getSecretUsage(keyOf(secret));
  const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;
  const parts = [
    apps.length && count(apps.length, 'app'),
    instances.length && count(instances.length, 'instance'),
    hidden && `${hidden} more that you cannot see`,
  ].filter(Boolean);
  return parts.length ? parts.join(', ') : undefined;
}

/** Replaces the whole key set, as `kubectl replace` does; asks where keys go that somebody uses. */
async function update(
  context: Context,
  name: string,
  flags: WriteFlags & { yes?: boolean },
  mount: Mount,
): Promise<void> {
  const before = await findOwn(context, name, flags, mount);
  const data = await readSecretData(context, flags);
  const gone = before.keys.filter(key => !(key in data));
  const users = await usersOf(context, before);
  if (gone.length)
    await context.confirm(
      `Replace all values of ${name}? This deletes ${gone.join(', ')}.${
        users ? ` The secret is used by ${users}.` : ''
      }`,
      flags.yes,
    );
  const after = await context.api().putSecret(keyOf(before), data, {
    encoding: 'base64',
    revision: before.revision,
  });
  showSecret(context, after);
  if (gone.length) context.output.note(`Deleted keys: ${gone.join(', ')}.`);
  if (users)
    context.output.note(
      `Used by ${users}. Running instances keep the old values until you suspend and resume them. See \`${programOf(
        mount,
      )} secret usage ${name}\`.`,
    );
}

export function addSecretWriting(secret: Command, mount: Mount): void {
  const { act } = mount;
  const program = programOf(mount);
  const which = mount.admin ? ' -v APP -p app:com.example.crm' : '';
  addDataOptions(
    addWhichOptions(
      secret
        .command('create')
        .description('create a secret')
        .argument('<name>'),
      mount,
      mount.admin
        ? 'ALL_USERS or APP; ALL_USERS unless -p is given'
        : 'default PRIVATE; only admins create others',
    ),
  )
    .addHelpText(
      'after',
      examples(
        `pass show crm | ${program} secret create crm${which} --from-file=password=-`,
        `${program} secret create tls${which} --from-file=tls.crt --from-file=key=./tls.key`,
      ),
    )
    .action(
      act((context, name: string, flags: WriteFlags) =>
        create(context, name, flags, mount),
      ),
    );

  addDataOptions(
    addWhichOptions(
      secret
        .command('update')
        .description('replace all values of a secret')
        .argument('<name>'),
      mount,
    ),
  )
    .addOption(yesOption())
    .action(
      act((context, name: string, flags: WriteFlags & { yes?: boolean }) =>
        update(context, name, flags, mount),
      ),
    );

  addWhichOptions(
    secret
      .command('delete')
      .description('delete a secret that no app needs')
      .argument('<name>'),
    mount,
  )
    .addOption(yesOption())
    .action(
      act(
        async (
          context,
          name: string,
          flags: WhichFlags & { yes?: boolean },
        ) => {
          const found = await findOwn(context, name, flags, mount);
          await context.confirm(async () => {
            const users = await usersOf(context, found);
            return `Delete the secret ${name} (${
              found.visibility
            })? Its values are lost.${users ? ` It is used by ${users}.` : ''}`;
          }, flags.yes);
          await context.api().deleteSecret(keyOf(found));
          context.output.result({ id: found.id, deleted: true }, () =>
            context.output.line(`Deleted ${name}.`),
          );
        },
      ),
    );
}
