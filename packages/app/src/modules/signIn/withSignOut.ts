import type { IdentityApi } from '@backstage/core-plugin-api';

/** An identity that signs out of the portal, and with it of every app that this person opened. */
export function withSignOut(options: {
  identity: IdentityApi;
  gatewayUrl: Promise<string>;
  /** Forgets what the sign-in page remembers. */
  forget?: () => void;
}): IdentityApi {
  const { identity, gatewayUrl, forget } = options;
  return {
    getProfileInfo: () => identity.getProfileInfo(),
    getBackstageIdentity: () => identity.getBackstageIdentity(),
    getCredentials: () => identity.getCredentials(),
    async signOut() {
      const { token } = await identity.getCredentials();
      await fetch(`${await gatewayUrl}/v1/sign-out`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      }).catch(() => undefined);
      forget?.();
      await identity.signOut();
      window.location.assign('/');
    },
  };
}
