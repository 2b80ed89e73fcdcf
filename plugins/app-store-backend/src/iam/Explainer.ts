/** Why somebody may or may not do something: the decision itself, asked for by name. */
import type { Explanation } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasRepository } from '../aliases/AliasRepository';
import { aliasFacts } from '../aliases/aliasRows';
import { appFacts, type AppRepository } from '../apps/AppRepository';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { SecretRepository } from '../secrets/SecretRepository';
import type { TagRepository } from '../tags/TagRepository';
import { personRef } from '../auth/personRef';
import type { RoleResolver } from '../auth/RoleResolver';
import {
  ANONYMOUS,
  KINDS,
  type Actor,
  type Decision,
  type Kind,
  type Kinds,
  type Policy,
} from '../policy';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { instanceFacts } from '../instances/presentInstance';
import { notFound, StoreError } from '../errors/StoreError';

/** What is asked. */
export interface Why {
  kind: Kind;
  action: string;
  /** Id, or the name of an alias, tag or secret; `app:<app name>/<name>` of an APP secret. */
  resource?: string;
  /** Somebody else, for admins. */
  person?: string;
}

/** What the explainer stands on. */
export interface ExplainerOptions {
  policy: Policy;
  audit: Audit;
  roles: RoleResolver;
  apps: AppRepository;
  instances: InstanceRepository;
  tags: TagRepository;
  secrets: SecretRepository;
  aliases: AliasRepository;
}

/** Says why somebody may do something, and what would change it. */
export class Explainer {
  readonly #o: ExplainerOptions;

  constructor(options: ExplainerOptions) {
    this.#o = options;
  }

  /** @throws StoreError 400 for an action that there is not, 403 for another person, 404 */
  async explain(caller: Caller, why: Why): Promise<Explanation> {
    const actor = await this.#actor(caller, why.person);
    const { rules } = KINDS[why.kind];
    if (!Object.hasOwn(rules, why.action))
      throw new StoreError({
        status: 400,
        code: 'NO_SUCH_ACTION',
        message: `A resource of the kind ${why.kind} has no action ${why.action}.`,
        owner: 'you',
        remedy: `Use one of ${Object.keys(rules).join(', ')}.`,
      });
    const facts = await this.#facts(caller, actor, why);
    const decision = this.#decide(why, actor, facts);
    return {
      person: actor.userEntityRef || 'anonymous',
      action: `${why.kind}:${why.action}`,
      resource: why.resource ?? '',
      ...decision,
    };
  }

  #decide<K extends Kind>(
    why: { kind: K; action: string },
    actor: Actor,
    facts: unknown,
  ): Decision {
    return this.#o.policy.decide(
      why.kind,
      why.action as Kinds[K]['action'],
      actor,
      facts as Kinds[K]['facts'],
    );
  }

  async #actor(caller: Caller, person: string | undefined): Promise<Actor> {
    if (!person || person === caller.userEntityRef) return caller;
    await this.#o.audit.assertAllowed(
      caller,
      'platform:explain_others',
      this.#o.policy.decide('platform', 'explain_others', caller, undefined),
      'Only admins can ask about other people.',
    );
    if (person === 'anonymous') return ANONYMOUS;
    const ref = personRef(person);
    const actor = await this.#o.roles.resolve(ref);
    if (!actor.known) throw notFound('person', ref);
    return actor;
  }

  /** The facts of a resource; one asks only about what one sees. */
  async #facts(
    caller: Caller,
    actor: Actor,
    { kind, action, resource = '' }: Why,
  ): Promise<unknown> {
    if (kind === 'platform') return undefined;
    // What is to be made is not there: it would be the person's own.
    if (action === 'create') return newFacts(actor, resource);
    // Of secrets with one name the first that is seen: a PRIVATE one of somebody else is not.
    return this.#o.audit.look(
      caller,
      `${kind}:read`,
      resource,
      async context => {
        const found = (await this.#find(kind, resource, actor)).find(
          facts =>
            facts &&
            context.decided(
              this.#decide({ kind, action: 'read' }, caller, facts),
            ).allowed,
        );
        if (!found) throw notFound(kind, resource);
        return found;
      },
    );
  }

  async #find(kind: Kind, resource: string, actor: Actor): Promise<unknown[]> {
    const { apps, instances, tags, secrets, aliases } = this.#o;
    switch (kind) {
      case 'app': {
        const app = await apps.get(resource);
        return [app && appFacts(app)];
      }
      case 'instance': {
        const instance = await instances.get(resource);
        const app = instance && (await apps.get(instance.appId));
        return [app && instanceFacts(instance, app)];
      }
      case 'tag':
        return [await tags.find(resource)];
      case 'alias': {
        const alias = await aliases.find(resource);
        return [alias && aliasFacts(alias)];
      }
      default: {
        const ofApp = /^(app:[^/]+)\/(.+)$/.exec(resource);
        if (ofApp)
          return [
            await secrets.find({
              name: ofApp[2],
              parent: ofApp[1],
              ownerRef: '',
              visibility: 'APP',
            }),
          ];
        const key = {
          name: resource,
          parent: '',
          ownerRef: actor.userEntityRef,
        };
        return [
          await secrets.find({ ...key, visibility: 'PRIVATE' }),
          await secrets.find({ ...key, visibility: 'ALL_USERS' }),
        ];
      }
    }
  }
}

/** A tag, an alias or a PRIVATE secret that somebody would make; `app:<app>/<name>` for an APP secret. */
function newFacts(actor: Actor, resource: string) {
  const [, ofApp] = /^app:[^/]+\/(.+)$/.exec(resource) ?? [];
  return {
    name: ofApp ?? resource,
    adminRoles: [],
    creatorRef: actor.userEntityRef,
    ownerRef: actor.userEntityRef,
    visibility: ofApp ? 'APP' : 'PRIVATE',
  };
}
