/** A declared secret: its keys, with values out of their sources. */
import type { SecretIdentity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../../auth/Caller';
import { notAllowed, notFound, StoreError } from '../../errors/StoreError';
import type { SecretCluster } from '../../kubernetes/SecretCluster';
import type { Policy } from '../../policy';
import type { SecretChanges } from '../../secrets/SecretChanges';
import type { SecretRepository } from '../../secrets/SecretRepository';
import { secretKey } from '../../secrets/SecretService';
import type { SecretSources } from '../SecretSources';
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

/** What it stands on. */
export interface DeclaredSecretOptions {
  policy: Policy;
  secrets: SecretRepository;
  secretCluster: SecretCluster;
  secretChanges: SecretChanges;
  sources: SecretSources;
}

function identityOf({ declaration }: Target<'AppSecret'>): SecretIdentity {
  const { name = declaration.name, visibility, parent } = declaration.spec;
  return { name, visibility, parent };
}

/** Brings secrets into line. */
export class DeclaredSecret implements DeclaredKind<'AppSecret'> {
  readonly #o: DeclaredSecretOptions;

  constructor(options: DeclaredSecretOptions) {
    this.#o = options;
  }

  async plan(target: Target<'AppSecret'>): Promise<Plan> {
    const { caller, declaration } = target;
    const key = secretKey(caller, identityOf(target));
    const record = await this.#o.secrets.find(key);
    const decision = this.#o.policy.decide(
      'secret',
      record ? 'update' : 'create',
      caller,
      record ?? key,
    );
    if (!decision.allowed)
      throw notAllowed(
        `${caller.userEntityRef} is not allowed to write a secret that is ${key.visibility}.`,
        decision,
      );
    const data = await this.#o.sources.read(target.row, declaration.spec.keys);
    const changes = [
      ...(record ? [] : changeOf('name', key.name, undefined)),
      ...changeOf('keys', Object.keys(data), record?.keys),
    ];
    // A keyed hash: no value is told.
    const resolved = await this.#o.secretCluster.digest(data);
    if (
      record &&
      !changes.length &&
      (record.state !== 'READY' || record.valueDigest !== resolved)
    )
      changes.push({
        field: 'values',
        declared: 'as in their sources',
        actual: record.state === 'LOST' ? 'lost' : 'others',
      });
    if (!record) return { action: 'CREATE', changes, resolved };
    return {
      action: changes.length ? 'UPDATE' : 'SAME',
      changes,
      resolved,
      found: record,
    };
  }

  async apply(
    target: Target<'AppSecret'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration } = target;
    const { found } = plan;
    if (found) {
      await tools.claim(found.id);
      if (plan.action === 'SAME') return { found };
    }
    const { secret } = await this.#o.secretChanges.put(
      caller,
      identityOf(target),
      {
        data: await this.#o.sources.read(target.row, declaration.spec.keys),
        encoding: 'base64',
        revision: found?.revision,
        create: !found,
      },
    );
    if (!found) await tools.claim(secret.id);
    return { found: secret };
  }

  async end(caller: Caller, { resourceId }: Ended, how: Ending): Promise<void> {
    // A secret does nothing that could be suspended.
    if (how !== 'delete') return;
    const record = await this.#o.secrets.get(resourceId);
    if (!record) throw notFound('secret', resourceId);
    const { name, visibility, parent } = record;
    const identity = { name, visibility, ...(parent ? { parent } : {}) };
    // Of a PRIVATE one the name says little: the caller may have one that is called so, too.
    const own = await this.#o.secrets.find(secretKey(caller, identity));
    if (own?.id !== resourceId)
      throw new StoreError({
        status: 409,
        code: 'SECRET_OF_SOMEBODY_ELSE',
        message: `The secret ${name} is PRIVATE, and only its owner can delete it.`,
        owner: 'you',
        remedy:
          'Keep it, so that it is no longer declared. Its owner deletes it under Secrets.',
      });
    await this.#o.secretChanges.delete(caller, identity);
  }
}
