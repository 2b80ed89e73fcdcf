/** `alias history`: what an alias led to, and by whom. */
import type { Command } from 'commander';
import { collect } from '../paging';
import { limitOption, type Mount } from './shared';

export function addAliasHistory(alias: Command, { act }: Mount): void {
  alias
    .command('history')
    .description(
      'show what an alias pointed to, newest first; admins also see deleted aliases',
    )
    .argument('<alias>', 'ID or name of the alias')
    .addOption(limitOption())
    .action(
      act(async (context, name: string, flags: { limit?: number }) => {
        const api = context.api();
        const changes = await collect(
          page => api.listAliasHistory(name, page),
          flags.limit,
        );
        const { output } = context;
        output.result(changes, () =>
          output.table(
            ['TIME', 'CHANGE', 'BY', 'INSTANCE ID', 'PRIMARY'],
            changes.map(c => [
              c.at,
              c.action,
              c.by ?? 'store',
              c.instanceId ?? '',
              String(c.primary),
            ]),
          ),
        );
      }),
    );
}
