import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { CatalogRoles } from './CatalogRoles';

function entity(
  kind: string,
  name: string,
  relations: Record<string, string[]>,
  more: Partial<Entity> = {},
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, namespace: 'default' },
    relations: Object.entries(relations).flatMap(([type, targets]) =>
      targets.map(target => ({
        type,
        targetRef: `group:default/${target}`,
      })),
    ),
    ...more,
  };
}

describe('CatalogRoles', () => {
  const roles = CatalogRoles.create({
    auth: mockServices.auth(),
    catalog: catalogServiceMock({
      entities: [
        entity(
          'User',
          'uma',
          { memberOf: ['team', 'gone'], childOf: ['admins'] },
          { spec: { profile: { displayName: 'Uma' } } },
        ),
        entity('User', 'nobody', {}),
        entity('Group', 'team', { childOf: ['unit'], memberOf: ['admins'] }),
        entity('Group', 'unit', { childOf: ['team', 'company'] }),
      ],
    }),
  });

  it('are the groups of a person and their parents, each once', async () => {
    expect(await roles.find('user:default/uma')).toEqual({
      displayName: 'Uma',
      roles: ['team', 'gone', 'unit', 'company'].map(
        name => `group:default/${name}`,
      ),
    });
  });

  it('are none for whoever is in no group, and unknown for whoever is not there', async () => {
    expect(await roles.find('user:default/nobody')).toEqual({ roles: [] });
    expect(await roles.find('user:default/other')).toBeUndefined();
  });
});
