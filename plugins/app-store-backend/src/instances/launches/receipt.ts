/** A launch as people see it: what each step took, beside what it usually takes. Pure. */
import {
  LAUNCH_STEPS,
  type LaunchReceipt,
  type LaunchStep,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { LaunchRecord, LaunchSteps } from './LaunchRepository';

/** A launch, also one that is under way. */
export type Launch = Pick<
  LaunchRecord,
  'launch' | 'beganAt' | 'steps' | 'firstByteMs'
>;

interface Span {
  step: LaunchStep;
  fromMs: number;
  toMs: number;
}

/** The one in the middle; of two, the smaller one. */
export function median(values: number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Steps one after the other: what was seen late does not end before what came before it. */
export function spansOf({
  steps,
  firstByteMs,
}: Pick<Launch, 'steps' | 'firstByteMs'>): Span[] {
  const ends: LaunchSteps = { ...steps, firstByte: firstByteMs };
  const spans: Span[] = [];
  let fromMs = 0;
  for (const step of LAUNCH_STEPS) {
    const end = ends[step];
    if (end === undefined) continue;
    const toMs = Math.max(end, fromMs);
    spans.push({ step, fromMs, toMs });
    fromMs = toMs;
  }
  return spans;
}

/**
 * The receipt of a launch.
 *
 * @param others - launches of the same app, this one included or not
 */
export function receiptOf(launch: Launch, others: Launch[]): LaunchReceipt {
  const took = new Map<LaunchStep, number[]>();
  for (const other of others)
    for (const { step, fromMs, toMs } of spansOf(other))
      took.set(step, [...(took.get(step) ?? []), toMs - fromMs]);
  const readyMs = others
    .flatMap(({ steps }) => steps.routed ?? [])
    .sort((a, b) => a - b);
  const medianMs = median(readyMs);
  return {
    launch: launch.launch,
    beganAt: launch.beganAt,
    ...(launch.steps.routed === undefined
      ? {}
      : { readyMs: launch.steps.routed }),
    steps: spansOf(launch).map(span => {
      const usualMs = median(took.get(span.step) ?? []);
      return { ...span, ...(usualMs === undefined ? {} : { usualMs }) };
    }),
    usual: {
      launches: others.length,
      readyMs,
      ...(medianMs === undefined ? {} : { medianMs }),
    },
  };
}
