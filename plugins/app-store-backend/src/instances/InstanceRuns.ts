/** Starts instances of apps. */
import {
  parameterProblem,
  type AppInstance,
  type RunRequest,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { StoreConfig } from '../config/StoreConfig';
import { appFacts, type AppRecord } from '../apps/AppRepository';
import type { InstanceTransitions, NewInstance } from './InstanceTransitions';
import type { Policy } from '../policy';
import type { AppService } from '../apps/AppService';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import type { Idempotency } from '../idempotency/Idempotency';
import { deadline } from './instanceChanges';
import { overQuota, type InstanceQuota } from './InstanceQuota';
import type { InstanceRenderer } from './InstanceRenderer';
import type { Preconditions } from '../apps/Preconditions';
import { withoutDetails } from '../apps/presentApp';
import type { InstancePresenter } from './presentInstance';
import type { Runtimes } from '../apps/Runtimes';
import { notFound, StoreError } from '../errors/StoreError';

/** What the service stands on. */
export interface InstanceRunsOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  idempotency: Idempotency;
  appService: AppService;
  transitions: InstanceTransitions;
  quota: InstanceQuota;
  preconditions: Preconditions;
  renderer: InstanceRenderer;
  presenter: InstancePresenter;
  runtimes: Runtimes;
}

/** Starts instances. */
export class InstanceRuns {
  readonly #o: InstanceRunsOptions;

  constructor(options: InstanceRunsOptions) {
    this.#o = options;
  }

  /**
   * Starts an instance; returns as soon as it is written down.
   *
   * @param own - `id`: of the new instance; `declaredBy`: the entity in the catalog that declares it
   * @throws StoreError 400 for parameters that do not do, 403, 404, 409 where the app cannot be run or the quota is used up
   */
  async run(
    caller: Caller,
    appId: string,
    request: RunRequest & { idempotencyKey?: string },
    own: { id?: string; declaredBy?: string } = {},
  ): Promise<AppInstance> {
    const { idempotencyKey, ...options } = request;
    return this.#o.audit.run(
      caller,
      'instance:run',
      undefined,
      async context => {
        const instance = await this.#o.idempotency.once(
          caller,
          'instance:run',
          idempotencyKey,
          { appId, ...options },
          () => this.#run(caller, appId, options, context, own),
          () => {
            context.replayed = true;
          },
        );
        context.about({ id: instance.id, name: instance.appTitle });
        return instance;
      },
    );
  }

  async #run(
    caller: Caller,
    appId: string,
    request: RunRequest,
    context: AuditContext,
    { id = randomUUID(), declaredBy }: { id?: string; declaredBy?: string },
  ): Promise<AppInstance> {
    const { config, transitions, quota, renderer } = this.#o;
    const { visibility = 'PRIVATE' } = request;
    const app = await this.#runnable(caller, appId, context);
    context.detail = {
      app: `${app.name} ${app.version}`,
      visibility,
      launchProfile: request.launchProfile,
    };
    const launchProfile = request.launchProfile ?? app.defaultProfile;
    if (request.launchProfile)
      this.#o.runtimes.requireProfile(request.launchProfile);
    const parameters = readParameters(app, request.parameters ?? {});
    const meta = this.#o.policy.decide(
      'app',
      'read_meta',
      caller,
      appFacts(app),
    ).allowed;
    await this.#o.preconditions.require(
      { ...app, defaultProfile: launchProfile },
      problem => (meta ? problem : withoutDetails(problem)),
    );
    context.about({ id, name: app.manifest.title });
    const now = new Date();
    const timeoutSeconds =
      app.manifest.instanceTimeoutSeconds ?? config.instanceTimeoutSeconds;
    const { objects, used } = await renderer.render(app, {
      id,
      ownerRef: caller.userEntityRef,
      declaredBy,
      launchProfile,
      parameters,
    });
    const record: NewInstance = {
      id,
      appId,
      ownerRef: caller.userEntityRef,
      visibility,
      desired: 'running',
      cluster: 'default',
      namespace: config.kubernetes.namespace,
      objects,
      status: 'PENDING',
      stage: 'accepted',
      stages: { accepted: now.toISOString() },
      restartCount: 0,
      timeoutSeconds,
      suspendAfter: deadline(now, timeoutSeconds),
      suspendable: true,
      extended: false,
      launchProfile,
      parameters,
      secretsOf: app.ownerRef,
      launch: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
    };
    const limit = quota.limit(caller);
    const admitted = await transitions.insert(record, limit, used);
    if (admitted === 'full') throw overQuota(limit, true);
    if (admitted === 'app') throw notFound('app', appId);
    return this.#o.presenter.present(
      caller,
      { ...record, revision: 1, hasVolume: Boolean(objects.claim) },
      app,
      {},
    );
  }

  async #runnable(
    caller: Caller,
    appId: string,
    context: AuditContext,
  ): Promise<AppRecord> {
    const app = await this.#o.appService.record(caller, appId);
    context.about({ id: appId, name: `${app.name} ${app.version}` });
    if (app.manifest.lifecycle === 'LINK')
      throw new StoreError({
        status: 409,
        code: 'LINK_APP',
        message: 'A LINK app runs elsewhere. You can open it, but not run it.',
        owner: 'you',
        remedy: `Open ${app.manifest.linkAddress}.`,
      });
    context.assertAllowed(
      this.#o.policy.decide('app', 'run', caller, appFacts(app)),
      'You are not allowed to run this app.',
    );
    return app;
  }
}

/** The values that an app is run with: those given, and defaults for the others. */
function readParameters(
  app: AppRecord,
  given: Record<string, string>,
): Record<string, string> {
  const parameters = app.manifest.parameters ?? [];
  const refuse = (message: string) => {
    throw new StoreError({
      status: 400,
      code: 'BAD_PARAMETER',
      message,
      owner: 'you',
      remedy: parameters.length
        ? `The app has the parameters ${parameters
            .map(each => each.name)
            .join(', ')}.`
        : 'The app has no parameters. Leave them out.',
    });
  };
  const unknown = Object.keys(given).find(
    name => !parameters.some(parameter => parameter.name === name),
  );
  if (unknown !== undefined)
    refuse(`The app has no parameter ${JSON.stringify(unknown)}.`);
  const values: Record<string, string> = {};
  for (const parameter of parameters) {
    const problem = parameterProblem(parameter, given[parameter.name]);
    if (problem) refuse(`The parameter ${parameter.name} ${problem}.`);
    const value = given[parameter.name] || parameter.default;
    if (value !== undefined) values[parameter.name] = value;
  }
  return values;
}
