/**
 * Secrets: names and keys are kept in the database, values in Kubernetes Secrets
 * and nowhere else. Written through: Kubernetes first, then the row.
 */
import {
  secretKeyProblem,
  secretNameProblem,
  type AppSecret,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type {
  SecretRecord,
  SecretRepository,
} from '../database/SecretRepository';
import type { KubeApi } from '../kubernetes/KubeApi';
import { LABELS, secretObjectName } from '../kubernetes/labels';
import { decideSecret, type Actor } from '../policy/policy';
import { notAllowed, notFound, StoreError } from './StoreError';

/** Kubernetes' limit of a Secret, in bytes. */
const SECRET_LIMIT = 1024 * 1024;

function present(record: SecretRecord): AppSecret {
  const { id, name, visibility, parent, keys, createdAt, updatedAt } = record;
  return {
    id,
    name,
    visibility,
    ...(parent ? { parent } : {}),
    keys,
    createdAt,
    updatedAt,
  };
}

/** See the module's comment. */
export class SecretService {
  readonly #secrets: SecretRepository;
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #installation: string;

  constructor(options: {
    secrets: SecretRepository;
    api: KubeApi;
    namespace: string;
    installation: string;
  }) {
    this.#secrets = options.secrets;
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#installation = options.installation;
  }

  async list(actor: Actor): Promise<AppSecret[]> {
    const decision = decideSecret(actor, 'see', {
      ownerRef: actor.userEntityRef,
    });
    if (!decision.allowed)
      throw notAllowed('Visitors have no secrets.', decision.rule);
    return (await this.#secrets.listPrivate(actor.userEntityRef)).map(present);
  }

  /** Creates a PRIVATE secret, or replaces its whole key set. */
  async put(
    actor: Actor,
    name: string,
    data: Record<string, string>,
  ): Promise<AppSecret> {
    const decision = decideSecret(actor, 'create', {
      ownerRef: actor.userEntityRef,
    });
    if (!decision.allowed)
      throw notAllowed('Visitors have no secrets.', decision.rule);
    const bad =
      secretNameProblem(name) ??
      Object.keys(data)
        .map(
          key =>
            secretKeyProblem(key) &&
            `has a key ${JSON.stringify(key)} that ${secretKeyProblem(key)}`,
        )
        .find(Boolean);
    if (bad)
      throw new StoreError({
        status: 400,
        code: 'BAD_SECRET',
        message: `The secret ${JSON.stringify(name)} ${bad}.`,
        owner: 'you',
        remedy: 'Choose another name.',
      });
    const size = Object.values(data).reduce(
      (sum, value) => sum + Buffer.byteLength(value),
      0,
    );
    if (size > SECRET_LIMIT)
      throw new StoreError({
        status: 413,
        code: 'SECRET_TOO_LARGE',
        message: `The secret is larger than ${SECRET_LIMIT} bytes.`,
        owner: 'you',
        remedy: 'Keep only credentials in it.',
      });
    const before = await this.#secrets.findPrivate(actor.userEntityRef, name);
    const now = new Date().toISOString();
    const record: SecretRecord = {
      id: before?.id ?? randomUUID(),
      name,
      visibility: 'PRIVATE',
      parent: '',
      ownerRef: actor.userEntityRef,
      keys: Object.keys(data).sort(),
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    await this.#api.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        ...this.#metadata(record),
        labels: {
          'app.kubernetes.io/managed-by': 'ai-app-store',
          [LABELS.installation]: this.#installation,
          [LABELS.secret]: record.id,
        },
      },
      type: 'Opaque',
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value, 'utf8').toString('base64'),
        ]),
      ),
    });
    await this.#secrets.put(record);
    return present(record);
  }

  #metadata(record: SecretRecord) {
    return { name: secretObjectName(record.id), namespace: this.#namespace };
  }

  /** @throws StoreError 409 while an app needs it */
  async delete(actor: Actor, name: string): Promise<void> {
    const record = await this.#secrets.findPrivate(actor.userEntityRef, name);
    if (!record) throw notFound('secret', name);
    const users = await this.#secrets.usedBy(actor.userEntityRef, name);
    if (users.length)
      throw new StoreError({
        status: 409,
        code: 'SECRET_IN_USE',
        message: `The secret is needed by ${users.slice(0, 5).join(', ')}.`,
        owner: 'you',
        remedy: 'Delete these apps first.',
      });
    await this.#api.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: this.#metadata(record),
    });
    await this.#secrets.delete(record.id);
  }
}
