import { mockServices } from '@backstage/backend-test-utils';
import type { Request } from 'express';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { PeopleRepository } from './PeopleRepository';
import { SettingsRepository } from '../database/SettingsRepository';
import type { TokenService } from '../tokens/TokenService';
import { Callers } from '../auth/Callers';
import { RoleRefs } from '../config/RoleRefs';
import { DefaultRoleResolver } from '../auth/RoleResolver';
import { SignedInPeople } from './SignedInPeople';

jest.setTimeout(60_000);

const UMA = 'user:oidc/uma';
const DAY = 24 * 3600 * 1000;
const uma = { userEntityRef: UMA, displayName: 'Uma', roles: ['user', 'A b'] };

describe.each(databaseIds())('people who signed in, on %s', id => {
  let now: Date;
  let people: SignedInPeople;
  let records: PeopleRepository;
  const refs = RoleRefs.create({ names: 'claims', claimsAre: 'roles' });

  beforeAll(async () => {
    const knex = await migrated(id);
    records = new PeopleRepository(knex);
    people = SignedInPeople.create({
      people: records,
      settings: new SettingsRepository(knex),
      refs,
      lapseSeconds: (30 * DAY) / 1000,
      now: () => now,
    });
  });

  beforeEach(() => {
    now = new Date('2026-11-26T12:00:00.000Z');
  });

  it('have the roles of the last time, as roles and not as groups', async () => {
    await people.remember({ ...uma, roles: ['admin'] });
    await people.remember(uma);
    expect(await people.find(UMA)).toEqual({
      displayName: 'Uma',
      roles: [
        'role:oidc/user',
        expect.stringMatching(/^role:oidc\/a-b-x[0-9a-f]{40}$/),
      ],
    });
    expect(await people.find('user:oidc/nobody')).toBeUndefined();
  });

  it('are known for as long as is configured, and so do their access tokens hold', async () => {
    await people.remember(uma);
    const roles = DefaultRoleResolver.create({
      source: people,
      refs,
      adminGroups: [],
      fullAccessGroups: ['user'],
      now: () => now.getTime(),
    });
    const callers = new Callers({
      publicMode: false,
      httpAuth: mockServices.httpAuth(),
      roles,
      tokens: {
        resolve: async () => ({ ownerRef: UMA }),
      } as never as TokenService,
    });
    const request = {
      headers: { authorization: 'Bearer aas_x' },
    } as Request;
    now = new Date(now.getTime() + 30 * DAY);
    expect(await callers.callerOf(request)).toMatchObject({ fullAccess: true });
    now = new Date(now.getTime() + 2 * 60_000);
    expect(await people.find(UMA)).toBeUndefined();
    await expect(callers.callerOf(request)).rejects.toThrow('no longer known');
    // Whoever comes next sweeps up.
    await people.remember({ ...uma, userEntityRef: 'user:oidc/val' });
    expect(await records.find(UMA)).toBeUndefined();
  });

  it('are not those of another issuer with the same subjects', async () => {
    const by = (...issuers: string[]) => people.remember({ ...uma, issuers });
    await by('https://one.example');
    await by('https://one.example');
    await expect(by('https://two.example')).rejects.toMatchObject({
      code: 'ISSUER_CHANGED',
      owner: 'admin',
      remedy: expect.stringContaining('oidcSignIn.namespace'),
    });
    await by('https://two.example', 'https://one.example');
    await people.remember({
      ...uma,
      userEntityRef: `user:${'second'.repeat(10)}/uma`,
      issuers: ['https://two.example'],
    });
  });
});
