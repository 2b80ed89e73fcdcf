/** `app like`, `app pin` and their opposites: for the person alone. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { APP } from './appWords';
import type { Mount } from './shared';

const PREFERENCES = [
  ['like', { liked: true }, 'like an app', 'You like'],
  ['unlike', { liked: false }, 'unlike an app', 'You no longer like'],
  ['pin', { pinned: true }, 'pin an app', 'Pinned'],
  ['unpin', { pinned: false }, 'unpin an app', 'No longer pinned:'],
] as const;

export function addAppPreferences(app: Command, { act }: Mount): void {
  for (const [name, preferences, description, done] of PREFERENCES)
    app
      .command(name)
      .description(description)
      .argument('<app>', APP)
      .action(
        act(async (context, text: string) => {
          const api = context.api();
          const { id } = await findApp(api, text);
          const changed = await api.setAppPreferences(id, preferences);
          context.output.result(changed, () =>
            context.output.line(`${done} ${changed.title} ${changed.version}.`),
          );
        }),
      );
}
