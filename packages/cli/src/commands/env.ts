/** `env …`: runtimes, launch profiles and settings of the store. */
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
    .description('show runtimes, launch profiles and settings of the store');

  env
    .command('runtime-version')
    .description('runtime versions for app.toml')
    .command('list')
    .alias('ls')
    .description('list all runtime versions')
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
    .description('sizes (memory, CPU, GPU) for instances')
    .command('list')
    .alias('ls')
    .description('list all launch profiles')
    .action(
      act(async context => {
        const { output } = context;
        const profiles = await context.api().listLaunchProfiles();
        output.result(profiles, () => {
          if (!profiles.length) {
            output.note(
              'There are none. Apps get the resources that app.toml asks for.',
            );
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
    .description('show the settings of the store')
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
