/** The groups of people in the catalog, parents included. */
import type { AuthService } from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type {
  PersonRoles,
  RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';

function targetsOf(entity: Entity | undefined, type: string): string[] {
  return (entity?.relations ?? [])
    .filter(relation => relation.type === type)
    .map(relation => relation.targetRef);
}

/** Reads the groups of a person, and their parents, from the catalog. */
export class CatalogRoles implements RoleSource {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;

  static create(options: {
    catalog: CatalogService;
    auth: AuthService;
  }): CatalogRoles {
    return new CatalogRoles(options);
  }

  private constructor(options: { catalog: CatalogService; auth: AuthService }) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  async find(userEntityRef: string): Promise<PersonRoles | undefined> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const user = await this.#catalog.getEntityByRef(userEntityRef, {
      credentials,
    });
    if (!user) return undefined;
    const profile = user.spec?.profile as { displayName?: string } | undefined;
    let level = targetsOf(user, 'memberOf');
    const roles = new Set(level);
    // A member of a group is one of its parents too; cycles end where nothing new comes.
    while (level.length) {
      const { items } = await this.#catalog.getEntitiesByRefs(
        { entityRefs: level },
        { credentials },
      );
      level = items
        .flatMap(group => targetsOf(group, 'childOf'))
        .filter(ref => !roles.has(ref));
      level.forEach(ref => roles.add(ref));
    }
    return {
      roles: [...roles],
      displayName: profile?.displayName ?? user.metadata.title,
    };
  }
}
