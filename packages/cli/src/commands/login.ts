/** `login`, `logout`, `token`, `config`: who one is, and to which store. */
import { Option, type Command } from 'commander';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { normalUrl, writeConfig } from '../config';
import type { Context } from '../Context';
import { asUnreachable, CliError, EXIT } from '../errors';
import { examples, wholeNumber, type Act } from './shared';

/** Signs in as one of the demo's people; the demo alone has this door. */
async function demoToken(context: Context, person: string): Promise<string> {
  const ref = person.includes(':') ? person : `user:default/${person}`;
  const response = await context.world
    .fetch(`${context.url}/api/auth/demo/refresh`, {
      headers: {
        'x-demo-person': encodeURI(ref),
        'x-requested-with': 'XMLHttpRequest',
      },
    })
    .catch(error => {
      throw asUnreachable(error, context.url);
    });
  if (!response.ok)
    throw new CliError(
      response.status === 404
        ? `${context.url} is not a demo: it has no made-up people.`
        : `The demo knows nobody called ${person}.`,
      {
        exitCode: EXIT.notAllowed,
        code: 'NO_DEMO_PERSON',
        remedy:
          response.status === 404
            ? 'Sign in through the browser: `app-store login`.'
            : 'Choose one of ada, dev, uma, vic, val.',
      },
    );
  const { backstageIdentity } = await response.json();
  const { token } = await context
    .api({ token: backstageIdentity.token })
    .createToken({ name: clientName(), kind: 'login', days: 30 });
  return token;
}

function clientName(): string {
  return `app-store on ${hostname()}`.slice(0, 100);
}

/** Signs in through the browser (RFC 8628). */
async function browserToken(
  context: Context,
  openBrowser: boolean,
): Promise<string> {
  const { output, world } = context;
  const api = context.anonymous();
  const begun = await api.beginLogin(clientName());
  const page = new URL(begun.verificationUriComplete);
  if (!/^https?:$/.test(page.protocol))
    throw new CliError(`The store names a page that is none: ${page.href}`, {
      code: 'BAD_STORE',
    });
  output.note(
    `Open ${
      begun.verificationUriComplete
    }\nand confirm the code ${output.colors.bold(begun.userCode)}.`,
  );
  if (openBrowser && output.interactive)
    await import('open')
      .then(({ default: open }) => open(page.href))
      .catch(() => {});
  const abort = new AbortController();
  const off = world.onInterrupt(() => abort.abort());
  try {
    for (;;) {
      await sleep(begun.interval * 1000, undefined, { signal: abort.signal });
      const answer = await api.finishLogin(begun.deviceCode);
      if (answer.token) return answer.token;
      output.status('waiting for the browser …');
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    throw new CliError('The sign-in was given up.', {
      exitCode: EXIT.interrupted,
      code: 'INTERRUPTED',
    });
  } finally {
    off();
  }
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CliError('Standard input holds no access token.', {
      exitCode: EXIT.usage,
      code: 'NO_TOKEN',
      remedy: 'Give the token alone, on one line.',
    });
  return token;
}

export function addLoginCommands(program: Command, act: Act): void {
  program
    .command('login')
    .description('sign in to a store and remember it')
    .argument('[url]', "the portal's address")
    .addOption(
      new Option('--demo <person>', 'sign in to the demo as one of its people'),
    )
    .addOption(
      new Option(
        '--with-token',
        'read an access token from standard input',
      ).conflicts('demo'),
    )
    .option('--no-browser', 'print the address and do not open it')
    .addHelpText(
      'after',
      examples(
        'app-store login https://portal.example.com',
        'app-store login --demo dev',
        'app-store login --with-token < token.txt',
      ),
    )
    .action(
      act(
        async (
          context,
          url: string | undefined,
          flags: { demo?: string; withToken?: boolean; browser: boolean },
        ) => {
          const target = url ? await context.at(normalUrl(url)) : context;
          let token: string;
          if (flags.demo) token = await demoToken(target, flags.demo);
          else if (flags.withToken) token = await standardInput();
          else token = await browserToken(target, flags.browser);
          const me = await target.api({ token }).getMe();
          await writeConfig(target.configPath, { url: target.url, token });
          target.output.result({ url: target.url, ...me }, () =>
            target.output.line(
              `Signed in to ${target.url} as ${me.displayName} (${me.userEntityRef}).`,
            ),
          );
        },
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

  const config = program
    .command('config')
    .description('where the store is, and who you are to it');
  config
    .command('show')
    .description('print the configuration; never the token')
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
      'remember the address of a store; forgets the token of another one',
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
    .description('print who you are to the store')
    .action(
      act(async context => {
        const me = await context.api().getMe();
        context.output.result(me, () =>
          context.output.fields([
            ['User', me.userEntityRef],
            ['Name', me.displayName],
            ['Access', me.admin ? `${me.kind}, admin` : me.kind],
            ['Instances', `${me.runningInstances} of ${me.instanceLimit}`],
          ]),
        );
      }),
    );

  const token = program
    .command('token')
    .description('access tokens, for machines that publish apps');
  token
    .command('create')
    .description('make a token; it is printed once')
    .argument('<name>', 'what it is for')
    .option('--days <days>', 'how long it holds', wholeNumber, 90)
    .addHelpText('after', examples('app-store token create ci --days 30'))
    .action(
      act(async (context, name: string, flags: { days: number }) => {
        const made = await context
          .api()
          .createToken({ name, kind: 'machine', days: flags.days });
        context.output.result(made, () =>
          context.output.fields([
            ['ID', made.id],
            ['Token', made.token],
            ['Expires At', made.expiresAt],
          ]),
        );
        context.output.note(
          'Keep it safe; it is not shown again. A machine gives it in APP_STORE_TOKEN.',
        );
      }),
    );
  token
    .command('list')
    .description('your tokens, without their secrets')
    .action(
      act(async context => {
        const tokens = await context.api().listTokens();
        context.output.result(tokens, () =>
          context.output.table(
            ['ID', 'NAME', 'KIND', 'EXPIRES', 'LAST USED'],
            tokens.map(t => [
              t.id,
              t.name,
              t.kind,
              t.expiresAt,
              t.lastUsedAt ?? 'never',
            ]),
          ),
        );
      }),
    );
  token
    .command('revoke')
    .description('make a token worthless')
    .argument('<id>')
    .action(
      act(async (context, id: string) => {
        await context.api().revokeToken(id);
        context.output.result({ id, revoked: true }, () =>
          context.output.line('Revoked.'),
        );
      }),
    );
}
