/** `login` and `logout`. */
import type { Command } from 'commander';
import { DEFAULT_URL, normalUrl, writeConfig } from '../config';
import { signIn, signInOptions, type SignInFlags } from '../signIn';
import { examples, type Act } from './shared';

export function addLoginCommands(program: Command, act: Act): void {
  program
    .command('login')
    .description('sign in to a store')
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
    .description('sign out: revoke the token and delete it here')
    .action(
      act(async context => {
        const { token, ...rest } = context.config;
        await writeConfig(context.configPath, rest);
        // Worth nothing from now on, where its own store can be told.
        const store = await context.at(rest.url ?? DEFAULT_URL);
        const revoked =
          token !== undefined &&
          (await store
            .api({ token })
            .revokeToken('current')
            .then(
              () => true,
              () => false,
            ));
        context.output.result({ signedIn: false, revoked }, () =>
          context.output.line('Signed out.'),
        );
        if (token && !revoked)
          context.output.note(
            `${store.url} could not be reached. The token is deleted here, but it is valid until it expires. Revoke it on the CLI and API page of the store.`,
          );
      }),
    );
}
