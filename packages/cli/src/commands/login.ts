/** `login` and `logout`. */
import type { Command } from 'commander';
import { normalUrl, writeConfig } from '../config';
import { signIn, signInOptions, type SignInFlags } from '../signIn';
import { examples, type Act } from './shared';

export function addLoginCommands(program: Command, act: Act): void {
  program
    .command('login')
    .description('sign in to a store and remember it')
    .argument('[url]', "the portal's address")
    .addOption(signInOptions.demo())
    .addOption(signInOptions.withToken())
    .addOption(signInOptions.noBrowser())
    .addHelpText(
      'after',
      examples(
        'app-store login https://portal.example.com',
        'app-store login --demo dev',
        'app-store login --with-token < token.txt',
      ),
    )
    .action(
      act(async (context, url: string | undefined, flags: SignInFlags) =>
        signIn(url ? await context.at(normalUrl(url)) : context, flags),
      ),
    );

  program
    .command('logout')
    .description('forget the token, and make it worthless')
    .action(
      act(async context => {
        const { token, ...rest } = context.config;
        await writeConfig(context.configPath, rest);
        // Worth nothing from now on, where the store can be told.
        const revoked =
          token !== undefined &&
          (await context
            .api({ token })
            .revokeToken('current')
            .then(
              () => true,
              () => false,
            ));
        context.output.result({ signedIn: false, revoked }, () =>
          context.output.line('Signed out.'),
        );
      }),
    );
}
