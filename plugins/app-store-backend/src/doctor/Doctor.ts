/** Looks at what must hold between the store and its cluster, and repairs what it can. */
import type {
  DoctorCheck,
  DoctorRepair,
  DoctorReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { StoreError } from '../errors/StoreError';
import type { Policy } from '../policy';
import type { Check } from './Check';

export interface DoctorOptions {
  policy: Policy;
  audit: Audit;
  checks: Check[];
  logger: LoggerService;
}

/** For admins. */
export class Doctor {
  readonly #o: DoctorOptions;
  /** What the last look of {@link watch} found, by check. */
  readonly #states = new Map<string, DoctorCheck['state']>();

  constructor(options: DoctorOptions) {
    this.#o = options;
  }

  /**
   * Looks by itself, and tells the log what does not hold any more, or holds again.
   *
   * @param options.whole - also what asks the cluster
   */
  async watch({ whole }: { whole: boolean }): Promise<void> {
    for (const check of this.#o.checks) {
      if (check.asksCluster && !whole) continue;
      const { id, title, state, message } = await look(check);
      const before = this.#states.get(id) ?? 'OK';
      this.#states.set(id, state);
      if (state === before) continue;
      if (state === 'OK') this.#o.logger.info(`doctor: ${title}: holds again`);
      else this.#o.logger.warn(`doctor: ${title}: ${message}`);
    }
  }

  /** Another replica looks by itself: what was found here is old. */
  forget(): void {
    this.#states.clear();
  }

  /** What {@link watch} found last, by check; empty in a replica that does not look. */
  get states(): ReadonlyMap<string, DoctorCheck['state']> {
    return this.#states;
  }

  #assertMay(caller: Caller, context: AuditContext): void {
    context.assertAllowed(
      this.#o.policy.decide('platform', 'diagnose', caller, undefined),
      'Only admins can see and repair this.',
    );
  }

  async report(caller: Caller): Promise<DoctorReport> {
    return this.#o.audit.look(
      caller,
      'doctor:read',
      undefined,
      async context => {
        this.#assertMay(caller, context);
        return {
          checkedAt: new Date().toISOString(),
          checks: await Promise.all(this.#o.checks.map(look)),
        };
      },
    );
  }

  /** What admins have to know on every page. */
  async warnings(caller: Caller): Promise<{ items: DoctorCheck[] }> {
    return this.#o.audit.look(
      caller,
      'doctor:read',
      undefined,
      async context => {
        this.#assertMay(caller, context);
        const looked = await Promise.all(
          this.#o.checks
            .filter(each => each.banner)
            .map(async each => ({
              ...(await look(each)),
              title: each.banner!,
            })),
        );
        return {
          // Of what could not be looked at nothing is known.
          items: looked.filter(
            ({ state, evidence }) => state === 'FAILED' && evidence.length > 0,
          ),
        };
      },
    );
  }

  /**
   * @param dryRun - only says what would be done
   * @throws StoreError 404 for no such check, 409 for one that repairs nothing
   */
  async repair(
    caller: Caller,
    id: string,
    dryRun: boolean,
  ): Promise<DoctorRepair> {
    return this.#o.audit.run(caller, 'doctor:repair', id, async context => {
      this.#assertMay(caller, context);
      context.detail = { dryRun };
      const check = this.#o.checks.find(each => each.id === id);
      if (!check)
        throw new StoreError({
          status: 404,
          code: 'NO_SUCH_CHECK',
          message: `There is no check ${id}.`,
          owner: 'you',
          remedy: `Choose one of ${this.#o.checks
            .map(each => each.id)
            .join(', ')}.`,
        });
      if (!check.repair)
        throw new StoreError({
          status: 409,
          code: 'NOT_REPAIRABLE',
          message: `The store cannot repair what the check ${id} finds.`,
          owner: 'you',
          remedy: 'Follow what the report says of it.',
        });
      return { dryRun, items: await check.repair(dryRun) };
    });
  }
}

/** A check that cannot be made says so, and keeps none of the others from being made. */
async function look(check: Check): Promise<DoctorCheck> {
  const { id, title, repair } = check;
  const common = { id, title, evidence: [] };
  try {
    const verdict = await check.look();
    return {
      ...common,
      ...verdict,
      evidence: verdict.evidence ?? [],
      repairable:
        Boolean(repair) &&
        verdict.state !== 'OK' &&
        verdict.repairable !== false,
    };
  } catch (error) {
    return {
      ...common,
      state: 'FAILED',
      message: `It could not be looked at: ${(error as Error).message}`,
      repairable: false,
    };
  }
}
