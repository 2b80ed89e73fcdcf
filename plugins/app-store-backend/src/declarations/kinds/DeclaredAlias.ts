/** A declared alias. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
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
  type Applied,
  type DeclaredKind,
  type Ended,
  type Ending,
  type Plan,
  type Target,
  type Tools,
} from './DeclaredKind';
import { notDeclared, resourceNamedBy } from './references';

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

  /** The instance that it is to lead to, if any, or what it waits for. */
  async #instanceOf(
    target: Target<'AppAlias'>,
  ): Promise<{ id?: string } | { waitsFor: Problem }> {
    const { caller, declaration } = target;
    const { instance, instanceId } = declaration.spec;
    if (!instance) return { id: instanceId };
    const named = await resourceNamedBy(target, 'AppInstance');
    if ('id' in named)
      await this.#o.instanceService.find(caller, named.id).catch(error => {
        throw error instanceof StoreError && error.status === 404
          ? notDeclared(declaration)
          : error;
      });
    return named;
  }

  async plan(target: Target<'AppAlias'>): Promise<Plan> {
    const { caller, declaration } = target;
    const name = nameOf(target);
    const alias = await this.#o.aliases.find(name);
    if (alias) this.#assertMayChange(caller, alias);
    const instance = await this.#instanceOf(target);
    if ('waitsFor' in instance)
      return {
        action: alias ? 'UPDATE' : 'CREATE',
        changes: [],
        found: alias,
        waitsFor: instance.waitsFor,
      };
    const { id } = instance;
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
    // As it was planned.
    const instanceId = plan.resolved;
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
