/** `app import`: a bundle becomes an app. */
import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { importFile, type ImportFlags } from '../importing';
import { showApp } from '../present';
import { visibilityOption, type Mount } from './shared';

/** Options of whatever imports. */
export const importOptions = {
  image: () =>
    new Option(
      '--set-image <image>',
      'use this image instead of the one in app.toml',
    ),
  profile: () =>
    new Option('--profile <profile>', 'the default launch profile'),
  origin: () =>
    new Option(
      '--origin <origin>',
      'where the app comes from; a marketplace app uses only APP secrets',
    )
      .choices(['direct', 'marketplace'])
      .default('direct'),
};

export function addAppImport(app: Command, mount: Mount): void {
  const command = app
    .command('import')
    .description('publish a bundle')
    .argument('<bundle>', 'a .wave or .zip file')
    .addOption(visibilityOption('the app'))
    .addOption(importOptions.image())
    .addOption(importOptions.profile());
  if (mount.admin) command.addOption(importOptions.origin());
  command.action(
    mount.act(async (context, file: string, flags: ImportFlags) => {
      const path = resolve(context.world.cwd, file);
      const imported = await importFile(context, path, flags);
      showApp(context.output, imported.app);
    }),
  );
}
