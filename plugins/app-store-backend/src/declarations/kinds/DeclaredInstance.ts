/**
 * A declared instance. What cannot be changed of one that runs (app version, profile, parameters)
 * is changed by another instance: once that runs, the aliases lead to it, and the old one ends.
 * An instance with a volume is not replaced, since its data would stay behind.
 */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../../apps/AppRepository';
import type { Caller } from '../../auth/Caller';
import { notAllowed, notFound, StoreError } from '../../errors/StoreError';
import type { InstanceLifecycle } from '../../instances/InstanceLifecycle';
import type { InstanceRepository } from '../../instances/InstanceRepository';
import { LIVE, type InstanceRecord } from '../../instances/instanceRows';
import type { InstanceRuns } from '../../instances/InstanceRuns';
import type { Policy } from '../../policy';
import { randomUUID } from 'node:crypto';
import { CATALOG_SOURCE } from '../declarationRows';
import type { AppVersions } from './appVersions';
import type { InstanceAliases } from './InstanceAliases';
import { replacing } from './replacing';
import {
  changeOf,
  waiting,
  type Applied,
  type DeclaredKind,
  type Ended,
  type Ending,
  type Plan,
  type Target,
  type Tools,
} from './DeclaredKind';

/** What it stands on. */
export interface DeclaredInstanceOptions {
  policy: Policy;
  apps: AppRepository;
  versions: AppVersions;
  instances: InstanceRepository;
  runs: InstanceRuns;
  lifecycle: InstanceLifecycle;
  instanceAliases: InstanceAliases;
}

/** Brings instances into line. */
export class DeclaredInstance implements DeclaredKind<'AppInstance'> {
  readonly #o: DeclaredInstanceOptions;

  constructor(options: DeclaredInstanceOptions) {
    this.#o = options;
  }

  /** The instance that is declared, while it is there for people. */
  async #live(id: string | undefined): Promise<InstanceRecord | undefined> {
    const found = id ? await this.#o.instances.get(id) : undefined;
    return found && LIVE.includes(found.desired) ? found : undefined;
  }

  async #current(
    target: Target<'AppInstance'>,
  ): Promise<InstanceRecord | undefined> {
    const { caller, declaration, row } = target;
    const { id } = declaration.spec;
    if (row.resourceId || !id) return this.#live(row.resourceId);
    const given = await this.#live(id);
    // An id is no right: what is another's is as if it were not there.
    if (!given || given.ownerRef !== caller.userEntityRef)
      throw notFound('instance', id);
    return given;
  }

  async plan(target: Target<'AppInstance'>): Promise<Plan> {
    const { caller, declaration, row } = target;
    const { spec } = declaration;
    const current = await this.#current(target);
    const chosen = await this.#o.versions.of(target);
    if ('waitsFor' in chosen)
      return {
        action: current ? 'UPDATE' : 'CREATE',
        changes: [],
        found: current,
        waitsFor: chosen.waitsFor,
      };
    // One that comes has no id yet: no instance runs it.
    const app = 'app' in chosen ? chosen.app : undefined;
    const wanted =
      'app' in chosen ? chosen.app : { ...chosen.coming, id: undefined };
    const chosenApp = { resolved: app?.id, follows: wanted.name };
    const running = current && (await this.#o.apps.get(current.appId));
    const anew = replacing(target, current, wanted, running);
    const changes = [
      ...(row.resourceId && !current
        ? [{ field: 'instance', declared: 'there', actual: 'terminated' }]
        : []),
      ...anew,
      ...changeOf('visibility', spec.visibility, current?.visibility),
      ...changeOf(
        'suspended',
        spec.suspended,
        current && current.desired === 'suspended',
      ),
    ];
    if (current && !changes.length)
      return { action: 'SAME', changes, ...chosenApp, found: current };
    if (app && (!current || anew.length)) this.#assertMayRun(caller, app);
    if (!current) return { action: 'CREATE', changes, ...chosenApp };
    if (!anew.length)
      return { action: 'UPDATE', changes, ...chosenApp, found: current };
    if (current.hasVolume)
      return {
        action: 'SAME',
        changes,
        ...chosenApp,
        found: current,
        stays: {
          code: 'VOLUME_STAYS',
          message:
            'The instance has a volume, so no other one takes its place: its data would stay behind.',
          owner: 'you',
          remedy:
            'Declare the version that it runs, or terminate it and apply the declaration again. Its volume can be restored for a while.',
        },
      };
    return { action: 'REPLACE', changes, ...chosenApp, found: current };
  }

  #assertMayRun(caller: Caller, app: AppRecord): void {
    const decision = this.#o.policy.decide('app', 'run', caller, appFacts(app));
    if (!decision.allowed)
      throw notAllowed(
        `${caller.userEntityRef} is not allowed to run ${app.name} ${app.version}.`,
        decision,
      );
  }

  async apply(
    target: Target<'AppInstance'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration, row } = target;
    const { spec } = declaration;
    if (plan.found) await tools.claim(plan.found.id);
    switch (plan.action) {
      case 'CREATE': {
        const made = await this.#start(target, plan, tools);
        await tools.claim(made.id);
        const found = await this.#settle(caller, spec, made);
        return { found, waitsFor: starting(found) };
      }
      case 'REPLACE':
        return this.#replace(target, plan, tools);
      default: {
        await this.#dropBegun(target, plan);
        const current = (await this.#live(plan.found!.id))!;
        const found = await this.#settle(caller, spec, current);
        // Of one that it started itself.
        return {
          found,
          ...(row.nextId === found.id ? { waitsFor: starting(found) } : {}),
        };
      }
    }
  }

  /** One that was to take the place, and is no longer wanted. */
  async #dropBegun({ caller, row }: Target, plan: Plan): Promise<void> {
    if (!row.nextId || row.nextId === plan.found!.id) return;
    const begun = await this.#live(row.nextId);
    if (begun) await this.#o.lifecycle.terminate(caller, begun.id, {});
  }

  /** Starts one; or goes on with the one that was being started. */
  async #start(
    target: Target<'AppInstance'>,
    plan: Plan,
    tools: Tools,
  ): Promise<InstanceRecord> {
    const { caller, declaration, row } = target;
    const app = await this.#o.apps.get(plan.resolved!);
    if (!app) throw notFound('app', plan.resolved!);
    const { visibility, launchProfile, parameters } = declaration.spec;
    const begun = await this.#live(row.nextId);
    // Only what is just as declared: it may have been started before the file changed.
    if (begun && !replacing(target, begun, app).length) return begun;
    if (begun) await this.#o.lifecycle.terminate(caller, begun.id, {});
    const id = randomUUID();
    // Written down first: whoever goes on after a crash starts no second one.
    await tools.remember({ nextId: id });
    await this.#o.runs.run(
      caller,
      app.id,
      { visibility, launchProfile, parameters },
      {
        id,
        ...(row.source === CATALOG_SOURCE ? { declaredBy: row.entityRef } : {}),
      },
    );
    return (await this.#o.instances.get(id))!;
  }

  /** What can be changed of an instance that is there. */
  async #settle(
    caller: Caller,
    spec: Target<'AppInstance'>['declaration']['spec'],
    current: InstanceRecord,
  ): Promise<InstanceRecord> {
    const { lifecycle, instances } = this.#o;
    if (current.visibility !== spec.visibility)
      await lifecycle.update(caller, current.id, {
        visibility: spec.visibility,
      });
    const suspended = current.desired === 'suspended';
    if (spec.suspended === true && !suspended)
      await lifecycle.suspend(caller, current.id);
    if (spec.suspended === false && suspended)
      await lifecycle.resume(caller, current.id);
    return (await instances.get(current.id))!;
  }

  async #replace(
    target: Target<'AppInstance'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration } = target;
    const old = plan.found!;
    const foreign = await this.#o.instanceAliases.foreign(caller, old.id);
    if (foreign) return { found: old, waitsFor: foreign };
    const next = await this.#start(target, plan, tools);
    if (next.status !== 'DEPLOYED' && next.desired === 'running') {
      const { problem } = next;
      return {
        found: old,
        waitsFor: problem
          ? {
              ...problem,
              message: `The new instance does not run: ${problem.message} The old one is still there.`,
            }
          : waiting(
              'The new instance is starting. The old one is there until it runs.',
              'Nothing to do.',
            ),
      };
    }
    await this.#o.instanceAliases.move(caller, old.id, next.id);
    // Before the new one is the declared one: whoever goes on after a crash still knows of the old one.
    await this.#o.lifecycle.terminate(caller, old.id, {}).catch(error => {
      if (!(error instanceof StoreError && error.status === 404)) throw error;
    });
    await tools.claim(next.id);
    return { found: await this.#settle(caller, declaration.spec, next) };
  }

  async end(caller: Caller, { resourceId }: Ended, how: Ending): Promise<void> {
    const current = await this.#live(resourceId);
    if (!current) return;
    if (how === 'delete')
      await this.#o.lifecycle.terminate(caller, resourceId, {});
    else if (current.desired === 'running')
      await this.#o.lifecycle.suspend(caller, resourceId);
  }
}

/** Why a new one does not run yet; undefined where it does, or is not to. */
function starting({
  status,
  desired,
  problem,
}: InstanceRecord): Problem | undefined {
  if (status === 'DEPLOYED' || desired !== 'running') return undefined;
  return problem ?? waiting('The instance is starting.', 'Nothing to do.');
}
