/** `why`: what the access rules say of a person, an action and a resource. */
import {
  AppStoreError,
  type AppStoreApi,
  type Explanation,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { findApp, findInstance } from '../find';
import { waysWords } from '../output';
import { suggestion } from '../suggest';
import { examples, personRef, type Act } from './shared';

const KINDS = [
  'app',
  'instance',
  'tag',
  'secret',
  'alias',
  'platform',
] as const;
type Kind = (typeof KINDS)[number];

function parseAction(text: string): { kind: Kind; action: string } {
  const [, word = text, action] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const kind = KINDS.find(each => each === word);
  if (kind && action) return { kind, action: action.replaceAll('-', '_') };
  const meant = suggestion(word, [...KINDS]);
  throw new CliError(
    kind || !action
      ? `${JSON.stringify(
          text,
        )} is not an action. An action has the form kind:action.`
      : `There is no kind of resource ${JSON.stringify(word)}.${
          meant ? `\n${meant}` : ''
        }`,
    {
      exitCode: EXIT.usage,
      code: 'BAD_ACTION',
      remedy: `Write it like app:run or instance:view_log. Kinds are ${KINDS.join(
        ', ',
      )}.`,
    },
  );
}

/** The resource as the store knows it; admins ask about everything. */
async function resourceOf(
  api: AppStoreApi,
  kind: Kind,
  text: string | undefined,
): Promise<string | undefined> {
  if (kind === 'platform') return undefined;
  if (!text)
    throw new CliError(`Which ${kind}?`, {
      exitCode: EXIT.usage,
      code: 'NO_RESOURCE',
      remedy: `Name the ${kind} after the action.`,
    });
  if (kind !== 'app' && kind !== 'instance') return text;
  const { admin } = await api.getMe();
  const find = kind === 'app' ? findApp : findInstance;
  return (await find(api, text, { admin })).id;
}

/** @throws CliError where the question makes no sense: that must not look like a denial */
async function explained(
  api: AppStoreApi,
  question: Parameters<AppStoreApi['explain']>[0],
): Promise<Explanation> {
  try {
    return await api.explain(question);
  } catch (error) {
    if (!(error instanceof AppStoreError) || error.problem.status !== 400)
      throw error;
    const { code, detail, remedy } = error.problem;
    throw new CliError(detail, { exitCode: EXIT.usage, code, remedy });
  }
}

function personOf(text: string): string | undefined {
  if (text === 'me') return undefined;
  return text === 'anonymous' ? text : personRef(text);
}

function show(
  { output }: Context,
  asked: string | undefined,
  why: Explanation,
): void {
  output.result(why, () => {
    output.fields([
      ['Allowed', why.allowed ? 'yes' : 'no'],
      ['Person', why.person],
      ['Action', why.action],
      ['Resource', asked],
      ['Rule', why.rule],
      ['Because', why.because.join(', and ') || undefined],
    ]);
    const ways = why.wouldChange.filter(way => way.length);
    if (!why.allowed && ways.length) output.text(waysWords(ways));
  });
}

export function addWhyCommand(program: Command, act: Act): void {
  program
    .command('why')
    .description(
      'show why an action is allowed or not; the exit code is 1 if it is not',
    )
    .argument(
      '<person>',
      'me, anonymous, or a person (only admins ask about others)',
    )
    .argument('<action>', 'app:run, instance:view_log, platform:import, …')
    .argument(
      '[resource]',
      'app, instance, tag or alias by ID or name; secret by name',
    )
    .addHelpText(
      'after',
      examples(
        'app-store why me app:run com.example.hello',
        'app-store why vic instance:open 1a2b',
        'app-store why anonymous app:read com.example.hello@1.0.0',
        'app-store why me platform:import && app-store bundle import',
      ),
    )
    .action(
      act(async (context, person: string, text: string, about?: string) => {
        const { kind, action } = parseAction(text);
        const api = context.api();
        const why = await explained(api, {
          kind,
          action,
          resource: await resourceOf(api, kind, about),
          person: personOf(person),
        });
        show(context, kind === 'platform' ? undefined : about, why);
        return why.allowed ? EXIT.ok : EXIT.refused;
      }),
    );
}
