/** What an instance's row says of its launch, whichever release wrote it. */
import type { InstanceRecord } from '../instanceRows';
import type { LaunchSteps } from './LaunchRepository';

/** Rows that were made after the loss of a database have no stages. */
export function launchBegan({
  stages,
  createdAt,
}: Pick<InstanceRecord, 'stages' | 'createdAt'>): Date {
  return new Date(stages.accepted ?? createdAt);
}

/**
 * The steps of this launch. The release before this one begins a launch without forgetting those of the
 * one before: then it was ready by its steps, and is not by its stages.
 */
export function stepsOf({
  steps = {},
  stages,
}: Pick<InstanceRecord, 'steps' | 'stages'>): LaunchSteps {
  return steps.routed !== undefined && !stages.ready ? {} : steps;
}
