/** `admin …`: the same commands over everybody's resources, and what only admins do. */
import type { Command } from 'commander';
import { addAliasCommands } from './alias';
import { addAppCommands } from './app';
import { addAuditCommand } from './audit';
import { addIamCommands } from './iam';
import { addInstanceCommands } from './instance';
import { addRecoveryCommands } from './recovery';
import { addSecretCommands } from './secret';
import type { Act, Mount } from './shared';
import { addTagCommands } from './tag';

export function addAdminCommands(program: Command, act: Act): void {
  const admin = program
    .command('admin')
    .description('manage the store (admins only)');
  const mount: Mount = { act, admin: true };
  addAppCommands(admin, mount);
  addInstanceCommands(admin, mount);
  addTagCommands(admin, mount);
  addSecretCommands(admin, mount);
  addAliasCommands(admin, mount);
  addIamCommands(admin, mount);
  addAuditCommand(admin, mount);
  addRecoveryCommands(admin, mount);
}
