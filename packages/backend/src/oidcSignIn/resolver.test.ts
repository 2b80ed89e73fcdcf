import { parseEntityRef } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import fc from 'fast-check';
import { personRef, subjectResolver } from './resolver';
import type { SignedInPerson } from './PeopleClient';

const config = {
  rolesClaim: 'roles',
  namespace: 'oidc',
  formerIssuers: ['https://old.example'],
};
const ISSUER = 'https://issuer.example';

/** Signs somebody in; the catalog has the people given. */
async function signIn(
  userinfo: { sub: string; [claim: string]: unknown },
  options: {
    catalogAnnotation?: string;
    catalog?: Record<string, string>;
    refuse?: boolean;
  } = {},
) {
  const told: SignedInPerson[] = [];
  const issued: unknown[] = [];
  const { catalog = {}, catalogAnnotation, refuse } = options;
  const context = {
    async findCatalogUser(query: { annotations: Record<string, string> }) {
      const [[annotation, subject]] = Object.entries(query.annotations);
      const name = annotation === catalogAnnotation && catalog[subject];
      if (!name) throw new NotFoundError('User not found');
      return {
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'User',
          metadata: { name, namespace: 'default' },
        },
      };
    },
    async signInWithCatalogUser(...args: unknown[]) {
      issued.push(args);
      return { token: 'token' };
    },
  } as unknown as AuthResolverContext;
  const resolver = subjectResolver({
    config: { ...config, catalogAnnotation },
    people: {
      async put(person) {
        if (refuse) throw new Error('no store');
        told.push(person);
      },
    },
  });
  const idToken = Buffer.from(
    JSON.stringify({ iss: ISSUER, sub: userinfo.sub }),
  ).toString('base64url');
  const answer = resolver(
    {
      profile: {},
      result: {
        fullProfile: {
          userinfo,
          tokenset: { id_token: `e30.${idToken}.c2ln` },
        },
      },
    } as never,
    context,
  );
  await answer.catch(() => undefined);
  return { answer, told, issued };
}

describe('who somebody is', () => {
  const nora = {
    sub: 'f-1',
    preferred_username: 'nora',
    email: 'nora@example.com',
    name: 'Nora',
    roles: ['staff'],
  };

  it('depends on the subject alone, and the store is told the roles', async () => {
    const { told, issued } = await signIn(nora);
    expect(told).toEqual([
      {
        userEntityRef: 'user:oidc/f-1',
        displayName: 'Nora',
        roles: ['staff'],
        issuers: [ISSUER, 'https://old.example'],
      },
    ]);
    expect(issued).toEqual([
      [
        { entityRef: 'user:oidc/f-1' },
        { dangerousEntityRefFallback: { entityRef: 'user:oidc/f-1' } },
      ],
    ]);
    const renamed = {
      ...nora,
      preferred_username: 'n',
      email: 'n@example.com',
    };
    expect((await signIn(renamed)).told[0].userEntityRef).toBe('user:oidc/f-1');
  });

  it('is never somebody else of the same user name or address', async () => {
    const { told } = await signIn({ ...nora, sub: 'f-2' });
    expect(told[0].userEntityRef).toBe('user:oidc/f-2');
  });

  it('is a valid ref of its own for each subject', () => {
    const subject = fc.string({ unit: 'binary', minLength: 1, maxLength: 255 });
    fc.assert(
      fc.property(subject, subject, (one, other) => {
        const ref = personRef('oidc', one);
        expect(parseEntityRef(ref)).toMatchObject({
          kind: 'user',
          namespace: 'oidc',
          name: expect.stringMatching(/^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$/),
        });
        expect(ref === personRef('oidc', other)).toBe(one === other);
      }),
    );
  });

  it('is the person of the catalog with the subject where that is configured, or nobody', async () => {
    const options = {
      catalogAnnotation: 'keycloak.org/id',
      catalog: { 'f-1': 'nora.new' },
    };
    const { told, issued } = await signIn(nora, options);
    expect(told[0]).toMatchObject({ userEntityRef: 'user:default/nora.new' });
    expect(told[0]).not.toHaveProperty('issuers');
    expect(issued).toEqual([
      [{ entityRef: 'user:default/nora.new' }, undefined],
    ]);
    const stranger = await signIn({ ...nora, sub: 'f-2' }, options);
    await expect(stranger.answer).rejects.toMatchObject({
      code: 'NOT_IN_CATALOG',
      owner: 'admin',
    });
    expect(stranger.issued).toEqual([]);
  });

  it('is nobody as long as the store has not taken it', async () => {
    const { answer, issued } = await signIn(nora, { refuse: true });
    await expect(answer).rejects.toThrow('no store');
    expect(issued).toEqual([]);
  });
});
