/** `env …`: what the store offers to apps, and what it is set to. */
import type { Command } from 'commander';
import { duration } from '../output';
import type { Act } from './shared';

const STATUS = {
  DEFAULT: 'Default',
  AVAILABLE: 'Available',
  DEPRECATED: 'Deprecated',
};

export function addEnvCommands(program: Command, act: Act): void {
  const env = program
    .command('env')
    .description('what the store offers to apps');

  env
    .command('runtime-version')
    .description('the runtime versions that app.toml may name')
    .command('list')
    .alias('ls')
    .description('all runtime versions')
    .action(
      act(async context => {
        const { output } = context;
        const versions = await context.api().listRuntimeVersions();
        output.result(versions, () =>
          output.table(
            ['NAME', 'STATUS', 'MODE', 'ALIASES'],
            versions.map(v => [
              v.name,
              STATUS[v.status],
              v.mode,
              v.aliases.join(', '),
            ]),
          ),
        );
      }),
    );

  env
    .command('launch-profiles')
    .description('sizes that an instance may be run with')
    .command('list')
    .alias('ls')
    .description('all launch profiles')
    .action(
      act(async context => {
        const { output } = context;
        const profiles = await context.api().listLaunchProfiles();
        output.result(profiles, () => {
          if (!profiles.length) {
            output.note('There are none: apps are run as they ask to be.');
            return;
          }
          output.table(
            ['NAME', 'TITLE', 'MEMORY', 'CPU', 'GPU'],
            profiles.map(p => [
              p.name,
              p.title,
              p.memoryLimit ?? '',
              p.cpuLimit ?? '',
              p.gpuCount ? `${p.gpuCount} ${p.gpuType ?? ''}`.trim() : '',
            ]),
          );
        });
      }),
    );

  env
    .command('info')
    .description('what the store is set to')
    .action(
      act(async context => {
        const { output } = context;
        const store = await context.api().getStore();
        const yes = (value: boolean) => (value ? 'yes' : 'no');
        output.result(store, () =>
          output.fields([
            ['Title', store.branding.title],
            ['Version', store.version],
            ['Apps URL', store.appsUrl],
            ['Public Mode', yes(store.publicMode)],
            ['Downloads', yes(store.downloads)],
            ['Suspends After', duration(store.instanceTimeoutSeconds)],
            ['Extension', duration(store.extensionSeconds)],
            ['Alias Names Kept', duration(store.aliasRestSeconds)],
            ['Volumes Kept', duration(store.terminatedRetentionSeconds)],
            ...store.notices.map((notice): [string, string] => [
              'Notice',
              `${notice.severity}: ${notice.title}`,
            ]),
          ]),
        );
      }),
    );
}
