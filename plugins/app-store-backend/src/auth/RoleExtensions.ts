/** What modules plug in of roles: at most one source, and any number of mappers. */
import type {
  AppStoreRolesExtensionPoint,
  RoleMapper,
  RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';

/** Takes the source and the mappers that modules plug in. */
export class RoleExtensions implements AppStoreRolesExtensionPoint {
  #source: RoleSource | undefined;
  readonly #mappers: RoleMapper[] = [];

  /** The source in place of the store's own. */
  get source(): RoleSource | undefined {
    return this.#source;
  }

  get mappers(): readonly RoleMapper[] {
    return this.#mappers;
  }

  setRoleSource(source: RoleSource): void {
    if (this.#source)
      throw new Error(
        'two modules define where the roles of the app store come from: remove one of them from the backend, or let it add a role mapper instead',
      );
    this.#source = source;
  }

  addRoleMapper(mapper: RoleMapper): void {
    this.#mappers.push(mapper);
  }
}
