/**
 * One look at one instance: brings its objects to what the row says, and writes back what the
 * cluster shows.
 *
 * Level-triggered: it may run twice, late, or in another replica, and the end is the same. What
 * the cluster refuses is tried again at its time, whatever wakes the instance in between; what it
 * shows is read all the same.
 */
import { Attempts } from './Attempts';
import { EndingStep } from './EndingStep';
import type { Claim } from './InstanceQueue';
import { InstanceRowWriter } from './InstanceRowWriter';
import { ObjectsStep } from './ObjectsStep';
import { ObservationStep } from './ObservationStep';
import { soonest, type ReconcileContext } from './ReconcileContext';

/** Works on claimed instances. */
export class InstanceReconciler {
  readonly #silence: ReconcileContext['silence'];
  readonly #objects: ObjectsStep;
  readonly #observation: ObservationStep;
  readonly #ending: EndingStep;

  constructor(
    options: Omit<ReconcileContext, 'rows'> & {
      /** Told of an instance that was changed while it was looked at. */
      onStale: (id: string) => void;
    },
  ) {
    const context = { ...options, rows: new InstanceRowWriter(options) };
    const attempts = new Attempts(context);
    this.#silence = options.silence;
    this.#objects = new ObjectsStep({ ...context, attempts });
    this.#observation = new ObservationStep(context);
    this.#ending = new EndingStep({
      ...context,
      attempts,
      objects: this.#objects,
    });
  }

  /** @returns milliseconds until another look is needed, if one is */
  async reconcile(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    if (!this.#silence.isUnread) this.#silence.forget(record.id);
    switch (record.desired) {
      case 'released':
        return undefined;
      case 'terminated':
        return this.#ending.end(claim);
      case 'suspended':
        return this.#ending.suspend(claim);
      default:
        return soonest(
          await this.#objects.bring(claim),
          await this.#observation.observe(claim),
        );
    }
  }
}
