/** Which secret is meant: several may share a name across visibilities. */
import {
  type AppSecret,
  type SecretIdentity,
  type SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { collect } from '../paging';
import { oneOf, programOf, type Mount } from './shared';

/** APP secrets are for admins alone, who in turn do not see what is PRIVATE (specification 3.5). */
const OWN = ['PRIVATE', 'ALL_USERS'] as const;
const SHARED = ['ALL_USERS', 'APP'] as const;

/** `-v` and `-p`. */
export interface WhichFlags {
  visibility?: SecretVisibility;
  parent?: string;
}

/** The visibilities that a group of commands is about. */
export const visibilitiesOf = ({
  admin,
}: Mount): ReadonlyArray<SecretVisibility> => (admin ? SHARED : OWN);

/** @param what - what the option chooses */
export function addWhichOptions(
  command: Command,
  mount: Mount,
  what = 'visibility, if several secrets have this name',
): Command {
  const choices = visibilitiesOf(mount);
  command.addOption(
    new Option('-v, --visibility <visibility>', what)
      .choices(choices)
      .argParser(oneOf(choices)),
  );
  return mount.admin
    ? command.option('-p, --parent <app>', 'of an APP secret: app:<app name>')
    : command;
}

const parentOf = (text: string | undefined) =>
  text && !text.startsWith('app:') ? `app:${text}` : text;

/** The identity that is written: PRIVATE unless said otherwise; of admins, ALL_USERS, or APP where a parent is named. */
export function identityOf(
  name: string,
  flags: WhichFlags,
  { admin }: Mount,
): SecretIdentity {
  const parent = parentOf(flags.parent);
  const shared = parent ? 'APP' : 'ALL_USERS';
  const visibility = flags.visibility ?? (admin ? shared : 'PRIVATE');
  if ((visibility === 'APP') !== Boolean(parent))
    throw new CliError('Only an APP secret has a parent.', {
      exitCode: EXIT.usage,
      code: 'BAD_PARENT',
      remedy: parent
        ? 'Leave out -p, or add -v APP.'
        : 'Add -p app:<app name>.',
    });
  return {
    name,
    visibility,
    ...(visibility === 'APP' ? { parent } : {}),
  };
}

const words = ({ visibility, parent }: AppSecret) =>
  `-v ${visibility}${parent ? ` -p ${parent}` : ''}`;

/** What tells a secret from others. */
export function keyOf(secret: AppSecret): SecretIdentity {
  const { name, visibility, parent } = secret;
  return { name, visibility, ...(parent ? { parent } : {}) };
}

/**
 * The one secret that a command changes: beside `admin` one's own, unless another is
 * asked for by `-v`.
 *
 * @throws CliError where there are several, or none
 */
export function findOwn(
  context: Context,
  name: string,
  flags: WhichFlags,
  mount: Mount,
): Promise<AppSecret> {
  const visibility = flags.visibility ?? (mount.admin ? undefined : 'PRIVATE');
  return findSecret(context, name, { ...flags, visibility }, mount);
}

/** The one secret of a name. @throws CliError where there are several, or none */
export async function findSecret(
  context: Context,
  name: string,
  flags: WhichFlags,
  mount: Mount,
): Promise<AppSecret> {
  const api = context.api();
  const parent = parentOf(flags.parent);
  const among = flags.visibility ? [flags.visibility] : visibilitiesOf(mount);
  const found = (
    await collect(page =>
      api.listSecrets({
        visibility: flags.visibility,
        search: name.slice(0, 63),
        ...page,
      }),
    )
  ).filter(
    each =>
      each.name === name &&
      among.includes(each.visibility) &&
      (!parent || each.parent === parent),
  );
  if (found.length > 1)
    throw new CliError(`There are ${found.length} secrets ${name}.`, {
      exitCode: EXIT.usage,
      code: 'AMBIGUOUS',
      remedy: `Add one of: ${found.map(words).join('; ')}.`,
    });
  if (!found.length)
    throw new CliError(
      `There is no secret ${name}, or you are not allowed to see it.`,
      {
        exitCode: EXIT.notFound,
        code: 'NOT_FOUND',
        remedy: `See \`${programOf(mount)} secret list\`.`,
      },
    );
  return found[0];
}
