/** `admin recovery …`: what becomes of what is newer than a restored backup of the database. */
import type {
  RecoveryDecision,
  RecoveryReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { examples, yesOption, type Mount } from './shared';

const NOTHING =
  'There is nothing to decide: the database is not a restored backup.';

function showItems({ output }: Context, { items }: RecoveryReport): void {
  if (!items.length) output.note('Nothing is newer than the backup.');
  else
    output.table(
      ['KIND', 'NAME', 'OWNER', 'ADOPT', 'ID', 'WHY NOT'],
      items.map(({ kind, name, owner = '', adoptable, id, reason = '' }) => [
        kind,
        name,
        owner,
        adoptable ? 'yes' : 'no',
        id,
        reason,
      ]),
    );
}

function showReport(context: Context, report: RecoveryReport): void {
  const { output } = context;
  output.result(report, () => {
    if (!report.held) {
      output.note(NOTHING);
      return;
    }
    output.note(
      `The database was restored from a backup (noticed ${report.since}). The store deletes nothing until you adopt or discard the newer data:`,
    );
    showItems(context, report);
  });
}

const QUESTIONS: Record<
  RecoveryDecision,
  (count: number, left: number) => string
> = {
  adopt: (count, left) =>
    `Put ${count} back into the database? Apps and instances become PRIVATE again, without tags and aliases.${
      left
        ? ` ${left} cannot be adopted. They are kept, but not listed again.`
        : ''
    }`,
  discard: count =>
    `Permanently delete all ${count}, with the values of secrets and the volumes?`,
};

async function decide(
  context: Context,
  decision: RecoveryDecision,
  flags: { yes?: boolean; dryRun?: boolean },
): Promise<void> {
  const api = context.api();
  const report = await api.getRecovery();
  if (!report.held || !report.plan)
    throw new CliError(NOTHING, {
      exitCode: EXIT.refused,
      code: 'NOT_RESTORED',
      remedy: 'Nothing to do.',
    });
  if (flags.dryRun) {
    showReport(context, report);
    return;
  }
  const concerned =
    decision === 'adopt'
      ? report.items.filter(item => item.adoptable)
      : report.items;
  showItems(context, report);
  await context.confirm(
    QUESTIONS[decision](
      concerned.length,
      report.items.length - concerned.length,
    ),
    flags.yes,
  );
  const done = await api.decideRecovery(decision, report.plan);
  context.output.result(done, () =>
    context.output.line(
      `${decision === 'adopt' ? 'Adopted' : 'Discarded'} ${
        concerned.length
      }. The store deletes again as usual.`,
    ),
  );
}

export function addRecoveryCommands(parent: Command, { act }: Mount): void {
  const recovery = parent
    .command('recovery')
    .description('decide what to keep after a backup was restored');
  recovery
    .command('show')
    .description('list what is newer than the restored backup')
    .action(
      act(async context =>
        showReport(context, await context.api().getRecovery()),
      ),
    );
  const commands: Array<[RecoveryDecision, string]> = [
    ['adopt', 'put newer data back into the database'],
    ['discard', 'delete data that is newer than the backup'],
  ];
  for (const [decision, description] of commands)
    recovery
      .command(decision)
      .description(description)
      .option('--dry-run', 'only list it')
      .addOption(yesOption())
      .addHelpText(
        'after',
        examples(`app-store admin recovery ${decision} --dry-run`),
      )
      .action(
        act((context, flags: { yes?: boolean; dryRun?: boolean }) =>
          decide(context, decision, flags),
        ),
      );
}
