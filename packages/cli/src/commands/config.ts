/** `config …`: where the store is, and who one is to it. */
import type { Command } from 'commander';
import { normalUrl, writeConfig } from '../config';
import { CliError, EXIT } from '../errors';
import { signIn, signInOptions, type SignInFlags } from '../signIn';
import { examples, type Act } from './shared';

export function addConfigCommands(program: Command, act: Act): void {
  const config = program
    .command('config')
    .description('configure the command: the store and your sign-in');
  config
    .command('setup')
    .description('set the store, and sign in')
    .argument('[url]', "the portal's address")
    .addOption(signInOptions.demo())
    .addOption(signInOptions.withToken())
    .addOption(signInOptions.noBrowser())
    .addHelpText('after', examples('app-store config setup'))
    .action(
      act(async (context, given: string | undefined, flags: SignInFlags) => {
        if (!given && !context.world.canAsk)
          throw new CliError('Which store?', {
            exitCode: EXIT.usage,
            code: 'NO_URL',
            remedy: 'Add the address: app-store config setup <url>.',
          });
        const url =
          given ??
          (await context.world.ask("The portal's address", context.url));
        await signIn(await context.at(normalUrl(url)), flags);
      }),
    );
  config
    .command('update-token')
    .description('sign in again to the same store')
    .addOption(signInOptions.demo())
    .addOption(signInOptions.withToken())
    .addOption(signInOptions.noBrowser())
    .action(act(async (context, flags: SignInFlags) => signIn(context, flags)));
  config
    .command('show')
    .description('print the configuration, without the token')
    .action(
      act(async context => {
        const shown = {
          file: context.configPath,
          url: context.url,
          signedIn: Boolean(context.token),
        };
        context.output.result(shown, () =>
          context.output.fields([
            ['File', shown.file],
            ['URL', shown.url],
            ['Signed in', shown.signedIn ? 'yes' : 'no'],
          ]),
        );
      }),
    );
  config
    .command('set-url')
    .description(
      'set the address of the store; deletes the token of another store',
    )
    .argument('<url>', "the portal's address")
    .action(
      act(async (context, url: string) => {
        const next = normalUrl(url);
        const { token } = context.config;
        await writeConfig(context.configPath, {
          url: next,
          ...(token && next === context.config.url ? { token } : {}),
        });
        context.output.result({ url: next }, () =>
          context.output.line(`The store is ${next}.`),
        );
      }),
    );
  config
    .command('whoami')
    .description('print your name and your access')
    .action(
      act(async context => {
        const me = await context.api().getMe();
        context.output.result(me, () =>
          context.output.fields([
            ['User', me.userEntityRef],
            ['Name', me.displayName],
            ['Access', me.admin ? `${me.kind}, admin` : me.kind],
            [
              'Instances',
              `${me.runningInstances} running, ${me.usedSlots} of ${me.instanceLimit} slots in use`,
            ],
          ]),
        );
      }),
    );
}
