import type { Session } from '../sessions/SessionStore';
import { FixationGuard } from './FixationGuard';
import { cookieValues } from '../sessions/cookies';

const NAME = 'app-store-session';
const NONCE = 'n'.repeat(43);

/** A request whose last cookie is the browser's own, behind those of a neighbour. */
const planted = (...values: string[]) =>
  cookieValues(values.map(value => `${NAME}=${value}`).join('; '), NAME);

function guard() {
  const sessions: Record<string, Session> = {
    theirs: { hash: 't', userEntityRef: 'user:default/mallory' } as Session,
    own: { hash: 'o', userEntityRef: 'user:default/uma' } as Session,
  };
  return new FixationGuard({
    find: async ([token]) => sessions[token],
    revoke: async () => {},
  } as ConstructorParameters<typeof FixationGuard>[0]);
}

describe('9: cookies that hide the browser’s own', () => {
  const junk = ['1', '2', '3', '4', '5', '6', '7'];

  it('9: eight planted sessions do not count in the place of the ninth', async () => {
    expect(
      await guard().session(planted(...junk, 'theirs', 'own'), 'h', 'i'),
    ).toBeUndefined();
    expect(
      await guard().session(planted('own', 'junk'), 'h', 'i'),
    ).toMatchObject({ userEntityRef: 'user:default/uma' });
  });

  it('9: nor do planted nonces', () => {
    expect(guard().nonce(planted(...junk, NONCE, 'm'.repeat(43)))).toEqual({
      several: true,
    });
    expect(guard().nonce(planted(NONCE))).toEqual({
      own: NONCE,
      several: false,
    });
  });
});
