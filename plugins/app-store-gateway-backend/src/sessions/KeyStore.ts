/**
 * The gateway's own keys: made once, agreed on by all gateways, and in the database only
 * sealed (AES-256-GCM). What seals them is not in the database: the operator gives it, or
 * the cluster keeps it. Who reads the database alone can sign nothing.
 */
import { CompactEncrypt, compactDecrypt } from 'jose';
import type { Knex } from 'knex';
import { createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Names under which the release before kept keys in clear. */
const CLEAR_NAMES = ['state', 'assertions'];

/** What seals the keys, and how it is told from others. */
export interface SealingKey {
  id: string;
  key: Uint8Array;
}

function derive(secret: string | Uint8Array, use: string): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', secret, '', `app-store-gateway/${use}`, 32),
  );
}

/** @param secret - of at least 256 bits that nobody guesses */
export function sealingKey(secret: string | Uint8Array): SealingKey {
  const id = createHash('sha256')
    .update(derive(secret, 'key-id'))
    .digest('hex')
    .slice(0, 16);
  return { id, key: derive(secret, 'keys') };
}

/** A key that lasts as long as the process: for tests. */
export function passingKey(): SealingKey {
  return sealingKey(randomBytes(32));
}

async function seal(
  by: SealingKey,
  name: string,
  value: string,
): Promise<string> {
  // The name is authenticated, too: the value of one row is none in another.
  return new CompactEncrypt(new TextEncoder().encode(value))
    .setProtectedHeader({
      alg: 'dir',
      enc: 'A256GCM',
      kid: by.id,
      typ: name,
    })
    .encrypt(by.key);
}

async function unseal(
  by: SealingKey,
  name: string,
  sealed: string,
): Promise<string> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, by.key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  if (protectedHeader.typ !== name)
    throw new Error(`the key ${name} was sealed as another one`);
  return new TextDecoder().decode(plaintext);
}

/** Makes, seals and reads the gateway's keys. */
export class KeyStore {
  readonly #knex: Knex;
  readonly #sealing: () => Promise<SealingKey>;
  #found: Promise<SealingKey> | undefined;

  constructor(options: { knex: Knex; sealing: () => Promise<SealingKey> }) {
    this.#knex = options.knex;
    this.#sealing = options.sealing;
  }

  #sealingKey(): Promise<SealingKey> {
    this.#found ??= this.#sealing().catch(error => {
      this.#found = undefined;
      throw error;
    });
    return this.#found;
  }

  async #value(name: string): Promise<string | undefined> {
    const row = await this.#knex('keys').where({ name }).first('value');
    return row?.value;
  }

  /** A key that is made once. Gateways that start at once agree on one. */
  async get(name: string, make: () => Promise<string>): Promise<string> {
    const by = await this.#sealingKey();
    // Another sealing key has keys of its own: two gateways that were given different ones do not undo each other.
    const row = `${name}:${by.id}`;
    const known = await this.#value(row);
    if (known) return unseal(by, name, known);
    // What the release before made is taken over, so that its gateways and this one understand each other.
    const clear = await this.#value(name);
    await this.#knex('keys')
      .insert({
        name: row,
        value: await seal(by, name, clear ?? (await make())),
      })
      .onConflict('name')
      .ignore();
    await this.dropClear();
    return unseal(by, name, (await this.#value(row))!);
  }

  /** Drops keys that are there in clear and were taken over, or that a gateway of the release before left since. */
  async dropClear(): Promise<void> {
    const by = await this.#sealingKey();
    for (const name of CLEAR_NAMES) {
      if (!(await this.#value(name))) continue;
      if (!(await this.#value(`${name}:${by.id}`))) continue;
      // Otherwise SQLite leaves deleted bytes in its file.
      if (String(this.#knex.client.config.client).includes('sqlite'))
        await this.#knex.raw('PRAGMA secure_delete = ON');
      await this.#knex('keys').where({ name }).delete();
    }
  }
}
