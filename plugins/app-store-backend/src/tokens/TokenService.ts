/**
 * Access tokens: how a command line or a machine is somebody. A token is shown once
 * and kept as a digest; it does what its owner may do at the moment of its use.
 * Signing in through the browser is the device flow of RFC 8628.
 */
import type { AccessToken } from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import type {
  LoginRequestRecord,
  TokenRecord,
  TokenRepository,
} from './TokenRepository';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { TOKEN_PREFIX } from '../auth/Callers';
import { notFound, StoreError } from '../errors/StoreError';
import { isUuid } from '../database/isUuid';

const DAY_MS = 24 * 3600 * 1000;
const LOGIN_DAYS = 30;
/** A sign-in is waited for this long, in seconds. */
const LOGIN_SECONDS = 600;
/** Between two questions of a waiting command line, in seconds. */
const INTERVAL_SECONDS = 1;
/** Sign-ins that wait at once; anybody may begin one. */
const WAITING_LIMIT = 10_000;
const WAITING_PER_ADDRESS = 50;
const TOKENS_LIMIT = 100;
/** Consonants, so that no code is a word (RFC 8628, 6.1). */
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
/** `last_used_at` is not written more often, in milliseconds. */
const TOUCH_MS = 60_000;

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function userCode(): string {
  const letters = Array.from(
    { length: 8 },
    () => CODE_LETTERS[randomInt(CODE_LETTERS.length)],
  ).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function present(record: TokenRecord): AccessToken {
  const { id, name, kind, createdAt, expiresAt, lastUsedAt } = record;
  return { id, name, kind, createdAt, expiresAt, lastUsedAt };
}

/** The token of a machine makes no others, and ends none but itself. */
function assertNoMachine(caller: Caller): void {
  if (caller.token?.kind === 'machine')
    throw new StoreError({
      status: 403,
      code: 'NOT_FOR_MACHINES',
      message: 'A machine token cannot manage tokens.',
      owner: 'you',
      remedy: 'Sign in as yourself with `app-store login`.',
    });
}

function noSuchCode(): StoreError {
  return new StoreError({
    status: 404,
    code: 'NO_SUCH_CODE',
    message: 'No sign-in is waiting for this code.',
    owner: 'you',
    remedy:
      'Run `app-store login` again. A code is valid for ten minutes and only once.',
  });
}

/** Makes, lists, checks and revokes access tokens; signs in command lines. */
export class TokenService {
  readonly #tokens: TokenRepository;
  readonly #audit: Audit;
  readonly #now: () => Date;

  constructor(options: {
    tokens: TokenRepository;
    audit: Audit;
    now?: () => Date;
  }) {
    this.#tokens = options.tokens;
    this.#audit = options.audit;
    this.#now = options.now ?? (() => new Date());
  }

  #in(ms: number): string {
    return new Date(this.#now().getTime() + ms).toISOString();
  }

  /** Makes a token; its secret is in this answer and nowhere else. */
  async create(
    caller: Caller,
    options: { name: string; kind: TokenRecord['kind']; days?: number },
  ): Promise<AccessToken & { token: string }> {
    return this.#audit.run(caller, 'token:create', undefined, async context => {
      context.detail = { ...options };
      assertNoMachine(caller);
      // A sign-in ends: it is not made longer by what it made.
      if (options.kind === 'login' && caller.token)
        throw new StoreError({
          status: 403,
          code: 'NOT_BY_TOKEN',
          message: 'A login token is created only by signing in.',
          owner: 'you',
          remedy: 'Run `app-store login`.',
        });
      const token = await this.#create(caller.userEntityRef, options);
      context.about(token);
      return token;
    });
  }

  async #create(
    ownerRef: string,
    options: { name: string; kind: TokenRecord['kind']; days?: number },
  ): Promise<AccessToken & { token: string }> {
    await this.#tokens.deleteExpired(this.#in(0));
    const owned = await this.#tokens.listOwned(ownerRef);
    const oldestLogin = owned.filter(token => token.kind === 'login').pop();
    // A new sign-in takes the place of the oldest; a machine's token never goes unasked.
    if (owned.length >= TOKENS_LIMIT && options.kind === 'login' && oldestLogin)
      await this.#tokens.delete(ownerRef, oldestLogin.id);
    else if (owned.length >= TOKENS_LIMIT)
      throw new StoreError({
        status: 409,
        code: 'TOKEN_LIMIT',
        message: `You have ${TOKENS_LIMIT} access tokens, which is the limit.`,
        owner: 'you',
        remedy: 'Revoke tokens that you do not need.',
      });
    const token = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
    const record: TokenRecord = {
      id: randomUUID(),
      ownerRef,
      name: options.name,
      kind: options.kind,
      digest: digestOf(token),
      createdAt: this.#in(0),
      // A sign-in holds for its days, whoever asks for more.
      expiresAt: this.#in(
        (options.kind === 'login' ? LOGIN_DAYS : options.days ?? LOGIN_DAYS) *
          DAY_MS,
      ),
    };
    await this.#tokens.insert(record);
    return { ...present(record), token };
  }

  async list(caller: Caller): Promise<AccessToken[]> {
    await this.#audit.look(caller, 'token:list', undefined, async () =>
      assertNoMachine(caller),
    );
    return (await this.#tokens.listOwned(caller.userEntityRef)).map(present);
  }

  /** @param id - `current` for the token that the caller came with, which anybody may give up */
  async revoke(caller: Caller, which: string): Promise<void> {
    const { token } = caller;
    const id = which === 'current' && token ? token.id : which;
    await this.#audit.run(caller, 'token:revoke', id, async () => {
      if (id !== token?.id) assertNoMachine(caller);
      if (!isUuid(id) || !(await this.#tokens.delete(caller.userEntityRef, id)))
        throw notFound('access token', id);
    });
  }

  /** Who a token is; undefined where it is none, or no longer one. */
  async resolve(
    token: string,
  ): Promise<
    { id: string; ownerRef: string; kind: TokenRecord['kind'] } | undefined
  > {
    const record = await this.#tokens.findByDigest(digestOf(token));
    const now = this.#in(0);
    if (!record || record.expiresAt < now) return undefined;
    if ((record.lastUsedAt ?? '') < this.#in(-TOUCH_MS))
      await this.#tokens.touch(record.id, now);
    return { id: record.id, ownerRef: record.ownerRef, kind: record.kind };
  }

  /** Begins a sign-in through the browser. */
  async beginLogin(
    client: string,
    address: string,
  ): Promise<{
    deviceCode: string;
    userCode: string;
    expiresIn: number;
    interval: number;
  }> {
    await this.#tokens.deleteExpired(this.#in(0));
    if ((await this.#tokens.countLogins(address)) >= WAITING_PER_ADDRESS)
      throw new StoreError({
        status: 429,
        code: 'TOO_MANY_LOGINS',
        message: 'Too many sign-ins from your address are waiting.',
        owner: 'you',
        remedy: 'Confirm them, or wait until they expire after ten minutes.',
      });
    // Nobody is kept out by others: the oldest that nobody has answered makes room.
    if ((await this.#tokens.countLogins()) >= WAITING_LIMIT)
      await this.#tokens.dropOldestLogin();
    const deviceCode = randomBytes(32).toString('base64url');
    const code = userCode();
    await this.#tokens.insertLogin({
      deviceDigest: digestOf(deviceCode),
      userCode: code,
      client,
      address,
      denied: false,
      createdAt: this.#in(0),
      expiresAt: this.#in(LOGIN_SECONDS * 1000),
    });
    return {
      deviceCode,
      userCode: code,
      expiresIn: LOGIN_SECONDS,
      interval: INTERVAL_SECONDS,
    };
  }

  /** The waiting sign-in with a code, for the person who is to answer it. */
  async findLogin(code: string): Promise<LoginRequestRecord> {
    const found = await this.#tokens.findLogin({
      userCode: code.toLocaleUpperCase('en-US'),
    });
    if (!found || found.expiresAt < this.#in(0) || found.ownerRef)
      throw noSuchCode();
    return found;
  }

  async answerLogin(
    caller: Caller,
    code: string,
    allow: boolean,
  ): Promise<void> {
    await this.#audit.run(caller, 'token:login', undefined, async context => {
      assertNoMachine(caller);
      const found = await this.findLogin(code);
      context.detail = { client: found.client, address: found.address, allow };
      const first = await this.#tokens.answerLogin(found.userCode, {
        ownerRef: caller.userEntityRef,
        denied: !allow,
      });
      if (!first) throw noSuchCode();
    });
  }

  /** What a waiting command line gets: a token, once somebody has said yes. */
  async finishLogin(
    deviceCode: string,
  ): Promise<
    { state: 'pending' } | { state: 'done'; token: string; ownerRef: string }
  > {
    const deviceDigest = digestOf(deviceCode);
    const found = await this.#tokens.findLogin({ deviceDigest });
    const over = (code: string, message: string) =>
      new StoreError({
        status: 400,
        code,
        message,
        owner: 'you',
        remedy: 'Run `app-store login` again.',
      });
    if (!found || found.expiresAt < this.#in(0))
      throw over('LOGIN_EXPIRED', 'The sign-in took longer than ten minutes.');
    if (found.denied) {
      await this.#tokens.takeLogin(deviceDigest);
      throw over('LOGIN_DENIED', 'The sign-in was refused in the browser.');
    }
    if (!found.ownerRef) return { state: 'pending' };
    if (!(await this.#tokens.takeLogin(deviceDigest)))
      throw over('LOGIN_EXPIRED', 'This sign-in was already used.');
    const { token } = await this.create(
      {
        userEntityRef: found.ownerRef,
        roles: [],
        fullAccess: false,
        admin: false,
      },
      { name: found.client, kind: 'login' },
    );
    return { state: 'done', token, ownerRef: found.ownerRef };
  }
}
