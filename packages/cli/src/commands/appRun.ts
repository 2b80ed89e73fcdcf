/** `app run`: an instance of an app. */
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { findApp } from '../find';
import { launch } from '../launching';
import { showInstance } from '../present';
import { APP } from './appWords';
import { examples, pairs, visibilityOption, type Mount } from './shared';

interface RunFlags {
  visibility: Visibility;
  profile?: string;
  param?: Record<string, string>;
  wait: boolean;
}

export function addAppRun(app: Command, { act }: Mount): void {
  app
    .command('run')
    .description('start an instance and wait until it is running')
    .argument('<app>', APP)
    .addOption(visibilityOption('the instance'))
    .option(
      '--profile <profile>',
      'launch profile; see env launch-profiles list',
    )
    .option('--param <name=value>', 'value of a parameter of the app', pairs)
    .option('--no-wait', 'do not wait')
    .addHelpText(
      'after',
      examples(
        'app-store app run com.example.hello',
        'app-store app run com.example.hello@1.0.0 -v ALL_USERS',
        'app-store app run com.example.board --param NAME=Design --param COLOUR=red',
      ),
    )
    .action(
      act(async (context, text: string, flags: RunFlags) => {
        const { id } = await findApp(context.api(), text);
        const { visibility, profile, param, wait } = flags;
        const request = {
          visibility,
          launchProfile: profile,
          parameters: param,
        };
        showInstance(
          context.output,
          await launch(context, id, request, { wait }),
        );
      }),
    );
}
