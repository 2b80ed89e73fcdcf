/** `app like`, `app pin` and their opposites: for the person alone. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { APP } from './appWords';
import type { Mount } from './shared';

const PREFERENCES = [
  ['like', { liked: true }, 'say that you like an app', 'You like'],
  ['unlike', { liked: false }, 'take that back', 'You no longer like'],
  ['pin', { pinned: true }, 'keep an app at hand', 'Pinned'],
  ['unpin', { pinned: false }, 'no longer', 'No longer pinned:'],
] as const;

export function addAppPreferences(app: Command, { act }: Mount): void {
  for (const [name, preferences, description, said] of PREFERENCES)
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
            context.output.line(`${said} ${changed.title} ${changed.version}.`),
          );
        }),
      );
}
