/** `admin iam …`: policies laid over the access rules (specification 3.7). */
import type { IamPolicyDocument } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { readAll } from '../standardInput';
import { examples, yesOption, type Mount } from './shared';

function notIam(file: string, why: string): CliError {
  return new CliError(`${file} contains no policies: ${why}.`, {
    exitCode: EXIT.usage,
    code: 'NO_POLICIES',
    remedy: 'Use the format of `app-store admin iam export`.',
  });
}

/** One policy, a list of them, or what `export` writes. */
async function readPolicies(
  context: Context,
  file: string,
): Promise<IamPolicyDocument[]> {
  const { world } = context;
  let text: string;
  if (file === '-') text = (await readAll(world.stdin)).toString('utf8');
  else {
    text = await readFile(resolve(world.cwd, file), 'utf8').catch(() => {
      throw new CliError(`${file} is not a file.`, {
        exitCode: EXIT.notFound,
        code: 'NO_FILE',
        remedy: 'Name a JSON file, or - for standard input.',
      });
    });
  }
  let document;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw notIam(file, (error as Error).message);
  }
  const policies = document?.policies ?? document;
  const list = Array.isArray(policies) ? policies : [policies];
  if (!list.every(each => typeof each?.name === 'string'))
    throw notIam(file, 'each policy needs a name');
  return list;
}

function showList(
  { output }: Context,
  found: { enabled: boolean; policies: IamPolicyDocument[] },
): void {
  output.result(found, () => {
    if (!found.policies.length) output.note('There are none.');
    else
      output.table(
        ['NAME', 'RESOURCES', 'EFFECT', 'SUBJECTS', 'ACTIONS'],
        found.policies.flatMap(policy =>
          policy.statements.map(statement => [
            policy.name,
            policy.resources.join(', '),
            statement.effect,
            statement.subjects.join(', '),
            statement.actions.join(', '),
          ]),
        ),
      );
    if (!found.enabled)
      output.note('They have no effect: appStore.iam.enabled is not set.');
  });
}

export function addIamCommands(parent: Command, { act }: Mount): void {
  const iam = parent
    .command('iam')
    .description(
      'manage policies that allow or deny more than the access rules',
    );
  iam
    .command('import')
    .description('add policies, or replace policies with the same name')
    .argument('<file>', 'JSON; - for standard input')
    .option('--replace', 'delete all other policies')
    .addOption(yesOption())
    .addHelpText('after', examples('app-store admin iam import policies.json'))
    .action(
      act(
        async (
          context,
          file: string,
          flags: { replace?: boolean; yes?: boolean },
        ) => {
          const policies = await readPolicies(context, file);
          const { replace } = flags;
          if (replace)
            await context.confirm(
              `Replace all policies with these ${policies.length}?`,
              flags.yes,
            );
          showList(
            context,
            await context.api().importIamPolicies(policies, { replace }),
          );
        },
      ),
    );
  iam
    .command('export')
    .description('print all policies as JSON')
    .action(
      act(async context => {
        const { policies } = await context.api().listIamPolicies();
        context.output.data({ policies });
      }),
    );
  iam
    .command('list')
    .alias('ls')
    .description('list all policies')
    .action(
      act(async context =>
        showList(context, await context.api().listIamPolicies()),
      ),
    );
  iam
    .command('get')
    .description('print one policy as JSON')
    .argument('<name>')
    .action(
      act(async (context, name: string) =>
        context.output.data(await context.api().getIamPolicy(name)),
      ),
    );
  iam
    .command('delete')
    .description('delete a policy')
    .argument('<name>')
    .addOption(yesOption())
    .action(
      act(async (context, name: string, flags: { yes?: boolean }) => {
        await context.confirm(`Delete the policy ${name}?`, flags.yes);
        await context.api().deleteIamPolicy(name);
        context.output.result({ name, deleted: true }, () =>
          context.output.line(`Deleted ${name}.`),
        );
      }),
    );
}
