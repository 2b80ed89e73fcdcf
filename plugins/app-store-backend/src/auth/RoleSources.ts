/** Several sources as one: a person has the roles that any of them gives. */
import type {
  PersonRoles,
  RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';

/** @returns a source that knows whom one of them knows; the first name given counts */
export function allOf(...sources: RoleSource[]): RoleSource {
  return {
    async find(userEntityRef): Promise<PersonRoles | undefined> {
      const found = (
        await Promise.all(sources.map(source => source.find(userEntityRef)))
      ).filter(person => person !== undefined);
      return found.length
        ? {
            roles: found.flatMap(person => person.roles),
            displayName: found.find(person => person.displayName)?.displayName,
          }
        : undefined;
    },
  };
}
