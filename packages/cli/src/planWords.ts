/** A plan in words: one line for each declaration, with what differs below it. */
import type { DeclarationPlan } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Context } from './Context';

type Action = DeclarationPlan['action'];

/** A sign, what would be done, and what was. */
const WORDS: Record<Action, { sign: string; would: string; did: string }> = {
  SAME: { sign: '=', would: 'in sync', did: 'in sync' },
  CREATE: { sign: '+', would: 'create', did: 'created' },
  UPDATE: { sign: '~', would: 'change', did: 'changed' },
  REPLACE: { sign: '~', would: 'replace', did: 'replaced' },
  WAIT: { sign: '.', would: 'wait', did: 'waits' },
  DIFFERS: { sign: '~', would: 'differs', did: 'differs' },
  REFUSED: { sign: '!', would: 'refused', did: 'refused' },
  END: { sign: '-', would: 'end', did: 'ended' },
};

/** What would be done, or was; of an app, it is a version that is published. */
function wordOf(
  { action, kind }: DeclarationPlan,
  tense: 'would' | 'did',
): string {
  if (kind === 'App' && action === 'CREATE')
    return tense === 'would' ? 'publish' : 'published';
  return WORDS[action][tense];
}

function summary(plans: DeclarationPlan[], tense: 'would' | 'did'): string {
  const counts = new Map<string, number>();
  for (const plan of plans) {
    const word = wordOf(plan, tense);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return parts.length ? `${parts.join(', ')}.` : 'Nothing to do.';
}

/** @param tense - what would be done, or what was */
export function showPlan(
  { output }: Context,
  plans: DeclarationPlan[],
  tense: 'would' | 'did',
): void {
  output.result(plans, () => {
    const width = Math.max(0, ...plans.map(plan => plan.entityRef.length));
    const { bold, green, red, yellow, dim } = output.colors;
    const colors: Partial<Record<Action, (text: string) => string>> = {
      CREATE: green,
      UPDATE: yellow,
      REPLACE: yellow,
      DIFFERS: yellow,
      REFUSED: red,
      END: red,
      SAME: dim,
      WAIT: dim,
    };
    for (const plan of plans) {
      const { sign } = WORDS[plan.action];
      const word = wordOf(plan, tense);
      const paint = colors[plan.action] ?? bold;
      output.line(paint(`${sign} ${plan.entityRef.padEnd(width)}  ${word}`));
      if (plan.file) output.line(`    applied from ${plan.file}`);
      for (const { field, declared = 'none', actual } of plan.changes)
        output.line(
          `    ${field}: ${declared}${
            actual === undefined ? '' : ` (is ${actual})`
          }`,
        );
      if (plan.problem) {
        output.line(`    ${plan.problem.message}`);
        if (plan.action === 'REFUSED' || plan.action === 'DIFFERS')
          output.line(`    ${plan.problem.remedy}`);
      }
    }
    output.line(summary(plans, tense));
    // Of the declarations of one file it is the same.
    for (const note of new Set(plans.flatMap(plan => plan.note ?? [])))
      output.line(dim(note));
  });
}
