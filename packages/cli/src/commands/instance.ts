/** `instance …` and `admin instance …`: running and suspended copies of apps. */
import type { Command } from 'commander';
import { addInstanceChanges } from './instanceChange';
import { addInstanceEnds } from './instanceEnd';
import { addInstanceList } from './instanceList';
import { addInstanceLooks } from './instanceLook';
import type { Mount } from './shared';

export function addInstanceCommands(parent: Command, mount: Mount): void {
  const instance = parent
    .command('instance')
    .description(
      mount.admin
        ? 'manage the instances of everybody'
        : 'list, suspend, resume and terminate instances',
    );
  addInstanceList(instance, mount);
  addInstanceLooks(instance, mount);
  addInstanceChanges(instance, mount);
  addInstanceEnds(instance, mount);
}
