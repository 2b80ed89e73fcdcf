/** Signing in: through the browser, with a token, or as one of the demo's people. */
import { Option } from 'commander';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeConfig } from './config';
import type { Context } from './Context';
import { asUnreachable, CliError, EXIT } from './errors';
import { readAll } from './standardInput';

/** How to sign in. */
export interface SignInFlags {
  demo?: string;
  withToken?: boolean;
  browser: boolean;
}

/** The options of every sign-in command. */
export const signInOptions = {
  demo: () =>
    new Option('--demo <person>', 'sign in to the demo as one of its users'),
  withToken: () =>
    new Option(
      '--with-token',
      'read an access token from standard input',
    ).conflicts('demo'),
  noBrowser: () => new Option('--no-browser', 'print the address only'),
};

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
        ? `${context.url} is not a demo: it has no demo users.`
        : `The demo has no user ${person}.`,
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
    throw new CliError(
      `The store sent an address that is not a web page: ${page.href}`,
      {
        code: 'BAD_STORE',
      },
    );
  output.note(
    `Open ${
      begun.verificationUriComplete
    }\nand confirm the code ${output.colors.bold(begun.userCode)}.`,
  );
  if (openBrowser && output.interactive)
    await world.browse(page.href).catch(() => {});
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
    throw new CliError('The sign-in was cancelled.', {
      exitCode: EXIT.interrupted,
      code: 'INTERRUPTED',
    });
  } finally {
    off();
  }
}

async function givenToken(context: Context): Promise<string> {
  const token = (await readAll(context.world.stdin)).toString('utf8').trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CliError('Standard input holds no access token.', {
      exitCode: EXIT.usage,
      code: 'NO_TOKEN',
      remedy: 'Write only the token, on one line.',
    });
  return token;
}

/** Signs in to the context's store and remembers it. */
export async function signIn(
  context: Context,
  flags: SignInFlags,
): Promise<void> {
  let token: string;
  if (flags.demo) token = await demoToken(context, flags.demo);
  else if (flags.withToken) token = await givenToken(context);
  else token = await browserToken(context, flags.browser);
  const me = await context.api({ token }).getMe();
  await writeConfig(context.configPath, { url: context.url, token });
  context.output.result({ url: context.url, ...me }, () =>
    context.output.line(
      `Signed in to ${context.url} as ${me.displayName} (${me.userEntityRef}).`,
    ),
  );
}
