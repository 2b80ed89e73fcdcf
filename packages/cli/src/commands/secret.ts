/** `secret …` and `admin secret …`: values that apps use and nobody reads by the way. */
import type { Command } from 'commander';
import { addSecretReading } from './secretRead';
import { addSecretUses } from './secretUse';
import { addSecretWriting } from './secretWrite';
import type { Mount } from './shared';

export function addSecretCommands(parent: Command, mount: Mount): void {
  const secret = parent
    .command('secret')
    .description(
      mount.admin
        ? 'manage secrets of all users and of apps'
        : 'manage secrets: values that apps use',
    );
  addSecretReading(secret, mount);
  addSecretWriting(secret, mount);
  addSecretUses(secret, mount);
}
