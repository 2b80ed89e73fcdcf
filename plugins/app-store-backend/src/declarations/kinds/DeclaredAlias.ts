/** A declared alias. */
import { fullRef } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasChanges } from '../../aliases/AliasChanges';
import { nameTaken } from '../../aliases/AliasNames';
import type { AliasRepository } from '../../aliases/AliasRepository';
import { aliasFacts, type AliasRecord } from '../../aliases/aliasRows';
import type { Caller } from '../../auth/Caller';
import { notAllowed, StoreError } from '../../errors/StoreError';
import type { InstanceService } from '../../instances/InstanceService';
import type { Policy } from '../../policy';
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
export interface DeclaredAliasOptions {
  policy: Policy;
  aliases: AliasRepository;
  aliasChanges: AliasChanges;
  instanceService: InstanceService;
}

const nameOf = ({ declaration }: Target<'AppAlias'>) =>
  declaration.spec.name ?? declaration.name;

/** Brings aliases into line. */
export class DeclaredAlias implements DeclaredKind<'AppAlias'> {
  readonly #o: DeclaredAliasOptions;

  constructor(options: DeclaredAliasOptions) {
    this.#o = options;
  }

  /** The instance that it is to lead to; `waits` where that is declared and not there yet. */
  async #instanceOf({
    caller,
    declaration,
    lookup,
  }: Target<'AppAlias'>): Promise<{ id?: string; waits?: string }> {
    const { instance, instanceId } = declaration.spec;
    if (!instance) return { id: instanceId };
    const ref = fullRef(instance, {
      kind: 'AppInstance',
      namespace: declaration.namespace,
    });
    const found = ref && (await lookup(ref));
    if (!found || found.kind !== 'AppInstance') throw notDeclared(ref);
    if (!found.resourceId) return { waits: ref };
    // A ref is no right: what the person does not see is as if it were not declared.
    await this.#o.instanceService
      .find(caller, found.resourceId)
      .catch(error => {
        throw error instanceof StoreError && error.status === 404
          ? notDeclared(ref)
          : error;
      });
    return { id: found.resourceId };
  }

  async plan(target: Target<'AppAlias'>): Promise<Plan> {
    const { caller, declaration } = target;
    const name = nameOf(target);
    const alias = await this.#o.aliases.find(name);
    if (alias) this.#assertMayChange(caller, alias);
    const { id, waits } = await this.#instanceOf(target);
    if (waits)
      return {
        action: alias ? 'UPDATE' : 'CREATE',
        changes: [],
        found: alias,
        waitsFor: waiting(
          `The alias waits for ${waits}.`,
          'Nothing to do if that is on its way. Otherwise see its declaration.',
        ),
      };
    const changes = [
      ...(alias ? [] : changeOf('name', name, undefined)),
      ...changeOf(
        'instance',
        id ?? 'none',
        alias && (alias.instanceId ?? 'none'),
      ),
      ...(id
        ? changeOf('primary', declaration.spec.primary, alias?.primary)
        : []),
    ];
    if (alias)
      return {
        action: changes.length ? 'UPDATE' : 'SAME',
        changes,
        resolved: id,
        found: alias,
      };
    const decision = this.#o.policy.decide('alias', 'create', caller, {
      name,
      creatorRef: caller.userEntityRef,
    });
    if (!decision.allowed)
      throw notAllowed(
        `${caller.userEntityRef} is not allowed to create aliases.`,
        decision,
      );
    return { action: 'CREATE', changes, resolved: id };
  }

  #assertMayChange(caller: Caller, alias: AliasRecord): void {
    const decision = this.#o.policy.decide(
      'alias',
      'assign',
      caller,
      aliasFacts(alias),
    );
    // What a creation says of a name that is taken, and no more.
    if (!decision.allowed) throw nameTaken(alias.name);
  }

  async apply(
    target: Target<'AppAlias'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration } = target;
    const { primary } = declaration.spec;
    const { id: instanceId } = await this.#instanceOf(target);
    const { aliasChanges } = this.#o;
    if (!plan.found) {
      const made = await aliasChanges.create(caller, {
        name: nameOf(target),
        instanceId,
        primary,
      });
      await tools.claim(made.id);
      return { found: made };
    }
    const { id, revision } = plan.found;
    await tools.claim(id);
    if (plan.action === 'SAME') return { found: plan.found };
    return {
      found: instanceId
        ? await aliasChanges.assign(
            caller,
            id,
            { instanceId, primary },
            revision,
          )
        : await aliasChanges.unassign(caller, id, revision),
    };
  }

  async end(caller: Caller, { resourceId }: Ended, how: Ending): Promise<void> {
    if (how === 'delete') await this.#o.aliasChanges.delete(caller, resourceId);
    else await this.#o.aliasChanges.unassign(caller, resourceId);
  }
}

function notDeclared(ref: string | undefined): StoreError {
  return new StoreError({
    status: 409,
    code: 'NOT_DECLARED',
    message: `The alias leads to ${
      ref ?? 'something'
    }, which is not declared, or not to be seen.`,
    owner: 'you',
    remedy:
      'Declare the AppInstance, correct spec.instance, or wait until it is read.',
  });
}
