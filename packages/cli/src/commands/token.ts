/** `token …`: access tokens, for machines. */
import type { Command } from 'commander';
import { examples, wholeNumber, type Act } from './shared';

export function addTokenCommands(program: Command, act: Act): void {
  const token = program
    .command('token')
    .description('manage access tokens for programs');
  token
    .command('create')
    .description('create a token; it is printed once')
    .argument('<name>', 'name of the token')
    .option('--days <days>', 'days until it expires', wholeNumber, 90)
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
          'Keep it safe. It is not shown again. A program passes it in APP_STORE_TOKEN.',
        );
      }),
    );
  token
    .command('list')
    .description('list your tokens, without the tokens themselves')
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
    .description('revoke a token')
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
