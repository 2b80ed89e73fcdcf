/**
 * Instances rendered anew. That is a start of their owner's, and gives nobody the secrets of
 * somebody else.
 */
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { appFacts, type AppRecord } from '../apps/AppRepository';
import type { Preconditions } from '../apps/Preconditions';
import type { Caller } from '../auth/Caller';
import type { RoleResolver } from '../auth/RoleResolver';
import { StoreError } from '../errors/StoreError';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import type { Policy } from '../policy';
import { launch } from './instanceChanges';
import type { InstanceLifecycle } from './InstanceLifecycle';
import type { InstanceRenderer } from './InstanceRenderer';
import type { InstanceRepository } from './InstanceRepository';
import type { InstanceRecord } from './instanceRows';
import type { InstanceTransitions } from './InstanceTransitions';

/** What the service stands on. */
export interface InstanceRedeploymentOptions {
  policy: Policy;
  roles: RoleResolver;
  lifecycle: InstanceLifecycle;
  instances: InstanceRepository;
  transitions: InstanceTransitions;
  preconditions: Preconditions;
  renderer: InstanceRenderer;
}

/** Redeploys instances. */
export class InstanceRedeployment {
  readonly #o: InstanceRedeploymentOptions;

  constructor(options: InstanceRedeploymentOptions) {
    this.#o = options;
  }

  /** What is rendered anew is a start of its owner's, who may have lost the right to it. */
  async #assertOwnerMayRun(
    { ownerRef }: InstanceRecord,
    app: AppRecord,
  ): Promise<void> {
    const owner = await this.#o.roles.resolve(ownerRef);
    const decision = this.#o.policy.decide('app', 'run', owner, appFacts(app));
    if (owner.known && decision.allowed) return;
    throw new StoreError({
      status: 409,
      code: 'OWNER_MAY_NOT_RUN',
      message: owner.known
        ? `The instance belongs to ${ownerRef}, who is no longer allowed to run this app.`
        : `The instance belongs to ${ownerRef}, whom the app store no longer knows.`,
      owner: 'admin',
      remedy: owner.known
        ? "The app's owner must share the app with them, or terminate the instance."
        : 'Terminate the instance.',
      rule: decision.rule,
    });
  }

  /**
   * Renders it anew with the store's present configuration (specification 4.2). Whoever
   * owns the app by now, the secrets are those of the person who did when it was started.
   *
   * @throws StoreError 409 where its owner could not start it now
   */
  async redeploy(caller: Caller, id: string): Promise<AppInstance> {
    return this.#o.lifecycle.change(
      caller,
      id,
      'redeploy',
      async ({ record, app }) => {
        await this.#assertOwnerMayRun(record, app);
        const started = { ...app, ownerRef: record.secretsOf ?? app.ownerRef };
        await this.#o.preconditions.require({
          ...started,
          defaultProfile: record.launchProfile,
        });
        const before = (await this.#o.instances.objectsOf(id))!;
        const { objects, used } = await this.#o.renderer.render(
          started,
          record,
        );
        const imageOf = ({ workload }: InstanceObjects) =>
          workload.spec!.template.spec!.containers[0].image;
        if (
          started.ownerRef !== app.ownerRef &&
          used.length &&
          app.customImage &&
          imageOf(objects) !== imageOf(before)
        )
          throw new StoreError({
            status: 409,
            code: 'APP_CHANGED_HANDS',
            message: `The app's new owner chose another image, which must not receive the secrets of ${started.ownerRef}.`,
            owner: 'you',
            remedy: 'Start a new instance, and terminate this one.',
          });
        return this.#o.transitions.change(
          id,
          { desired: [record.desired], revision: record.revision },
          {
            objects: {
              ...objects,
              // What a volume was asked for cannot be changed afterwards.
              ...(before.claim ? { claim: before.claim } : {}),
            },
            ...(record.desired === 'running'
              ? launch(record, new Date())
              : { updatedAt: new Date().toISOString() }),
          },
          used,
        );
      },
    );
  }
}
