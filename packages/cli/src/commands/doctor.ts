/** `doctor`: what must hold between the store and its cluster, and what can be repaired. */
import type {
  DoctorCheck,
  DoctorReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { examples, yesOption, type Act } from './shared';

const MARKS: Record<DoctorCheck['state'], string> = {
  OK: 'ok',
  WARNING: 'warning',
  FAILED: 'FAILED',
};

function showReport({ output }: Context, report: DoctorReport): void {
  output.result(report, () => {
    output.table(
      ['CHECK', 'STATE', 'WHAT'],
      report.checks.map(({ id, state, title }) => [id, MARKS[state], title]),
    );
    for (const check of report.checks.filter(({ state }) => state !== 'OK')) {
      output.note('');
      output.note(`${check.id}: ${check.message}`);
      if (check.remedy) output.note(`  ${check.remedy}`);
      for (const { source, message } of check.evidence)
        output.note(`  - ${source}: ${message}`);
      if (check.repairable)
        output.note(`  app-store doctor --repair ${check.id} --dry-run`);
    }
  });
}

async function repair(
  context: Context,
  check: string,
  flags: { dryRun?: boolean; yes?: boolean },
): Promise<void> {
  const { output } = context;
  const api = context.api();
  const plan = await api.repairDoctor(check, { dryRun: true });
  if (!flags.dryRun && plan.items.length)
    await context.confirm(
      `Repair ${plan.items.length}: ${plan.items
        .slice(0, 3)
        .map(({ name, action }) => `${name}: ${action}`)
        .join('; ')}${plan.items.length > 3 ? ' …' : ''}?`,
      flags.yes,
    );
  const done =
    flags.dryRun || !plan.items.length ? plan : await api.repairDoctor(check);
  output.result(done, () => {
    if (!done.items.length) output.note('There is nothing to repair.');
    else
      output.table(
        ['NAME', done.dryRun ? 'WOULD' : 'DONE'],
        done.items.map(({ name, action }) => [name, action]),
      );
  });
}

export function addDoctorCommand(program: Command, act: Act): void {
  program
    .command('doctor')
    .description(
      'check what must hold between the store and its cluster (admins only)',
    )
    .option('--repair <check>', 'repair what a check found')
    .option('--dry-run', 'only list what would be repaired')
    .addOption(yesOption())
    .addHelpText(
      'after',
      examples(
        'app-store doctor',
        'app-store doctor --repair orphans --dry-run',
      ),
    )
    .action(
      act(
        async (
          context,
          flags: { repair?: string; dryRun?: boolean; yes?: boolean },
        ) => {
          if (flags.repair) {
            await repair(context, flags.repair, flags);
            return;
          }
          const report = await context.api().getDoctor();
          showReport(context, report);
          const failed = report.checks.filter(
            ({ state }) => state === 'FAILED',
          );
          if (failed.length)
            throw new CliError(
              `Not everything holds: ${failed.map(({ id }) => id).join(', ')}.`,
              {
                exitCode: EXIT.refused,
                code: 'DOCTOR_FAILED',
                remedy: 'See what is said of each above.',
              },
            );
        },
      ),
    );
}
