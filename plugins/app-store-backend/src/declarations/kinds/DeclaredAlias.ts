/** A declared alias. */
import { fullRef } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasChanges } from '../../aliases/AliasChanges';
import { nameTaken } from '../../aliases/AliasNames';
import type { AliasRepository } from '../../aliases/AliasRepository';
import { aliasFacts, type AliasRecord } from '../../aliases/aliasRows';
import type { Caller } from '../../auth/Caller';
import { notAllowed, StoreError } from '../../errors/StoreError';
import type { Policy } from '../../policy';
import {
  changeOf,
  waiting,
  type Applied,
  type DeclaredKind,
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
    if (!found || found.kind !== 'AppInstance')
      throw new StoreError({
        status: 409,
        code: 'NOT_DECLARED',
        message: `The alias leads to ${
          ref ?? 'something'
        }, which is not declared.`,
        owner: 'you',
        remedy:
          'Declare the AppInstance, correct spec.instance, or wait until it is read.',
      });
    // Only what acts for the same person is led to by a ref: a name is no right.
    return found.resourceId ? { id: found.resourceId } : { waits: ref };
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

  async end(caller: Caller, resourceId: string, how: Ending): Promise<void> {
    if (how === 'delete') await this.#o.aliasChanges.delete(caller, resourceId);
    else await this.#o.aliasChanges.unassign(caller, resourceId);
  }
}
