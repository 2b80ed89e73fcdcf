/** Whether the cluster enforces network policies: what was found last, and finding it out anew. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { SettingsRepository } from '../database/SettingsRepository';
import type { PolicyCanary, PolicyVerdict } from '../kubernetes/PolicyCanary';

const SETTING = 'network-policies';
const DAY_MS = 24 * 3_600_000;
/** Where it could not be found out, it is tried again sooner. */
const HOUR_MS = 3_600_000;

/** What was found, and when (RFC 3339). */
export type KnownVerdict = PolicyVerdict & { at: string };

export class PolicyEnforcement {
  readonly #canary: Pick<PolicyCanary, 'try'>;
  readonly #settings: Pick<SettingsRepository, 'get' | 'set'>;
  readonly #logger: LoggerService;
  readonly #now: () => number;

  constructor(options: {
    canary: Pick<PolicyCanary, 'try'>;
    settings: Pick<SettingsRepository, 'get' | 'set'>;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.#canary = options.canary;
    this.#settings = options.settings;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** What was found last. */
  async known(): Promise<KnownVerdict | undefined> {
    const text = await this.#settings.get(SETTING);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Finds it out; a cluster that refuses the pods is UNKNOWN, with its words. */
  async try(signal: AbortSignal): Promise<KnownVerdict> {
    const before = await this.known();
    const verdict = await this.#canary
      .try(signal)
      .catch((error: Error): PolicyVerdict => {
        if (signal.aborted) throw error;
        return { result: 'UNKNOWN', message: error.message };
      });
    const known = { ...verdict, at: new Date(this.#now()).toISOString() };
    await this.#settings.set(SETTING, JSON.stringify(known));
    if (known.result !== before?.result)
      this.#logger[known.result === 'NOT_ENFORCED' ? 'warn' : 'info'](
        `network policies: ${known.result}: ${known.message}`,
      );
    return known;
  }

  /** Finds it out where that was not done for a day, or an hour where it could not be. */
  async tryIfOld(signal: AbortSignal): Promise<void> {
    const known = await this.known();
    const holdsMs = known?.result === 'UNKNOWN' ? HOUR_MS : DAY_MS;
    if (!known || this.#now() - Date.parse(known.at) >= holdsMs)
      await this.try(signal);
  }
}
