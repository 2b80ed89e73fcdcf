/** `admin audit`: every change and every refused attempt. */
import type { AuditResult } from '@ai-app-store/backstage-plugin-app-store-common';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { collect } from '../paging';
import { examples, personRef, wholeNumber, type Mount } from './shared';

const RESULTS = ['done', 'refused', 'failed'];
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** Actors that are no people. */
const OTHERS = ['anonymous', 'store'];

/** A time (RFC 3339, or a date), or how long ago: `30m`, `2h`, `7d`. */
export function timeOf(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time = count
    ? now - Number(count) * SECONDS[unit as keyof typeof SECONDS] * 1000
    : Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'Write a time such as 2026-01-31T12:00:00Z, or how long ago: 30m, 2h, 7d.',
    );
  return new Date(time).toISOString();
}

interface AuditFlags {
  actor?: string;
  action?: string;
  resource?: string;
  result?: AuditResult;
  since?: string;
  until?: string;
  limit: number;
}

export function addAuditCommand(parent: Command, { act }: Mount): void {
  const time = (text: string) => timeOf(text, Date.now());
  parent
    .command('audit')
    .description('list every change and every refused attempt, newest first')
    .option('--actor <person>', 'only by this person, or anonymous, or store')
    .option('--action <action>', 'only this action, such as app:delete')
    .option('--resource <id>', 'only about this resource')
    .addOption(
      new Option('--result <result>', 'only with this result').choices(RESULTS),
    )
    .option(
      '--since <time>',
      'from this time, or this long ago: 30m, 2h, 7d',
      time,
    )
    .option('--until <time>', 'the same', time)
    .option('--limit <count>', 'at most this many', wholeNumber, 50)
    .addHelpText(
      'after',
      examples('app-store admin audit --since 2h --result refused'),
    )
    .action(
      act(async (context, flags: AuditFlags) => {
        const api = context.api();
        const { actor, resource, limit, ...rest } = flags;
        const query = {
          action: rest.action,
          result: rest.result,
          since: rest.since,
          until: rest.until,
          actor: actor && !OTHERS.includes(actor) ? personRef(actor) : actor,
          resourceId: resource,
        };
        const records = await collect(
          page => api.listAudit({ ...query, ...page }),
          limit,
        );
        const { output } = context;
        output.result(records, () => {
          if (!records.length) output.note('There are no records.');
          else
            output.table(
              ['TIME', 'ACTOR', 'ACTION', 'RESOURCE', 'RESULT', 'RULE', 'CODE'],
              records.map(r => [
                r.at,
                r.actor,
                r.action,
                r.resourceName ?? r.resourceId ?? '',
                r.result,
                r.rule ?? '',
                r.code ?? '',
              ]),
            );
        });
      }),
    );
}
