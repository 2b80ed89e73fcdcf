/**
 * Whether an app can be run here, whoever asks (specification 7.1): decided at import,
 * at each start, on demand, and now and then for what changed around it.
 */
import { isDeepStrictEqual } from 'node:util';
import type {
  AppManifest,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppRecord, AppRepository } from './AppRepository';
import type { PreconditionRepository } from './PreconditionRepository';
import type { SecretRepository } from '../secrets/SecretRepository';
import type { Runtimes } from './Runtimes';
import { StoreError } from '../errors/StoreError';

/** Apps that are looked at in one go. */
const BATCH = 200;
/** Apps that are looked at while somebody waits. */
const AT_ONCE = 50;

/** An app's manifest with what an owner or admin set instead of it. */
export function effectiveManifest(
  app: Pick<AppRecord, 'manifest' | 'customImage'>,
): AppManifest {
  const { manifest, customImage } = app;
  return customImage
    ? { ...manifest, runtime: { ...manifest.runtime, customImage } }
    : manifest;
}

/** Whose secrets an app uses. */
export function secretUser(
  app: Pick<AppRecord, 'ownerRef' | 'origin' | 'name'>,
) {
  return { ownerRef: app.ownerRef, origin: app.origin, appName: app.name };
}

/** Decides and remembers whether apps can be run here. */
export class Preconditions {
  readonly #apps: AppRepository;
  readonly #answers: PreconditionRepository;
  readonly #secrets: SecretRepository;
  readonly #runtimes: Runtimes;
  readonly #now: () => Date;

  constructor(options: {
    apps: AppRepository;
    answers: PreconditionRepository;
    secrets: SecretRepository;
    runtimes: Runtimes;
    now?: () => Date;
  }) {
    this.#apps = options.apps;
    this.#answers = options.answers;
    this.#secrets = options.secrets;
    this.#runtimes = options.runtimes;
    this.#now = options.now ?? (() => new Date());
  }

  /** What keeps an app from being run. */
  async problems(
    app: Pick<
      AppRecord,
      | 'manifest'
      | 'customImage'
      | 'ownerRef'
      | 'origin'
      | 'name'
      | 'defaultProfile'
    >,
  ): Promise<Problem[]> {
    const problems = this.#runtimes.problems(
      effectiveManifest(app),
      app.defaultProfile,
    );
    const needed = [...app.manifest.env, ...app.manifest.files].filter(
      entry => entry.secret && !entry.optional,
    );
    const secrets = await this.#secrets.resolve(secretUser(app), [
      ...new Set(needed.map(entry => entry.secret!)),
    ]);
    for (const { secret: name, secretKey: key } of needed) {
      const secret = secrets.get(name!);
      if (secret?.keys.includes(key!) && secret.state !== 'LOST') continue;
      const whose =
        app.origin === 'marketplace' ? 'The app' : "The app's owner";
      problems.push({
        code: 'SECRET_MISSING',
        message:
          secret?.state === 'LOST'
            ? `The value of the secret ${name} no longer exists in the cluster.`
            : `${whose} has no secret ${name} with the key ${key}.`,
        owner: app.origin === 'marketplace' ? 'admin' : 'author',
        remedy:
          app.origin === 'marketplace'
            ? `An admin must create it as an APP secret of app:${app.name}.`
            : "The app's owner must create it.",
      });
    }
    return problems;
  }

  /**
   * Goes on where nothing keeps the app from being run.
   *
   * @param explain - the problem as the caller may know it
   * @throws StoreError 409 with the first problem
   */
  async require(
    app: Parameters<Preconditions['problems']>[0],
    explain: (problem: Problem) => Problem = problem => problem,
  ): Promise<void> {
    const [found] = await this.problems(app);
    const problem = found && explain(found);
    if (problem)
      throw new StoreError({
        status: 409,
        code: problem.code,
        message: `The app cannot run: ${problem.message}`,
        owner: problem.owner,
        remedy: problem.remedy,
      });
  }

  /** Decides anew, and writes it down. */
  async refresh(app: AppRecord): Promise<Problem[]> {
    const problems = await this.problems(app);
    await this.#answers.set(app.id, {
      problems,
      checkedAt: this.#now().toISOString(),
    });
    return problems;
  }

  /** Looks again at apps that were last looked at before a time; at most one batch. */
  async refreshOlderThan(seconds: number): Promise<number> {
    const before = new Date(this.#now().getTime() - seconds * 1000);
    const ids = await this.#answers.listUnchecked(before.toISOString(), BATCH);
    const checkedAt = this.#now().toISOString();
    const same: string[] = [];
    for (const app of await this.#apps.getMany(ids)) {
      const problems = await this.problems(app);
      const isSame =
        app.runnable === !problems.length &&
        isDeepStrictEqual(problems, app.problems);
      if (app.checkedAt && isSame) same.push(app.id);
      else await this.#answers.set(app.id, { problems, checkedAt });
    }
    // Of most nothing changed: one statement says so of all.
    await this.#answers.setChecked(same, checkedAt);
    return ids.length;
  }

  /**
   * Looks at the apps that name a secret, after it came, changed or went: at once, or,
   * where there are many, with the next periodic look.
   */
  async refreshUsersOf(appIds: string[]): Promise<void> {
    const now = appIds.slice(0, AT_ONCE);
    for (const app of await this.#apps.getMany(now)) await this.refresh(app);
    await this.#answers.forget(appIds.slice(AT_ONCE));
  }
}
