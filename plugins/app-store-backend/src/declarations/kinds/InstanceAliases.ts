/** Aliases of an instance whose place another one takes. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasChanges } from '../../aliases/AliasChanges';
import type { AliasRepository } from '../../aliases/AliasRepository';
import { aliasFacts } from '../../aliases/aliasRows';
import type { Caller } from '../../auth/Caller';
import type { Policy } from '../../policy';

/** Aliases of one instance that are moved. */
const ALIASES = 200;

/** What it stands on. */
export interface InstanceAliasesOptions {
  policy: Policy;
  aliases: AliasRepository;
  aliasChanges: AliasChanges;
}

/** Moves aliases from one instance to another. */
export class InstanceAliases {
  readonly #o: InstanceAliasesOptions;

  constructor(options: InstanceAliasesOptions) {
    this.#o = options;
  }

  /** An alias of somebody else, which would lead nowhere once the old instance is gone. */
  async foreign(
    caller: Caller,
    instanceId: string,
  ): Promise<Problem | undefined> {
    const { items } = await this.#o.aliases.list(caller, {
      instanceId,
      limit: ALIASES,
    });
    const found = items.find(
      alias =>
        !this.#o.policy.decide('alias', 'assign', caller, aliasFacts(alias))
          .allowed,
    );
    return (
      found && {
        code: 'ALIAS_OF_ANOTHER',
        message: `The alias ${found.name} of ${found.creatorRef} leads to the instance, so no other one takes its place.`,
        owner: 'you',
        remedy: `Ask ${found.creatorRef} or an admin to unassign it.`,
      }
    );
  }

  /** Leads all of them to another instance. */
  async move(caller: Caller, from: string, to: string): Promise<void> {
    const { items } = await this.#o.aliases.list(caller, {
      instanceId: from,
      limit: ALIASES,
    });
    // The primary one last: until then the old address leads to where it led.
    for (const alias of [...items].sort(
      (a, b) => Number(a.primary) - Number(b.primary),
    ))
      await this.#o.aliasChanges.assign(
        caller,
        alias.id,
        { instanceId: to, primary: alias.primary },
        alias.revision,
      );
  }
}
