/** The same rules as {@link policy} as conditions of a query. Held equal by a test over random worlds. */
import type { Knex } from 'knex';
import type { Actor } from './policy';

/** Apps that the actor sees (specification 3.1). Expects the tables `apps`, `app_tags`, `tags`. */
export function visibleApps(
  actor: Actor,
  query: Knex.QueryBuilder,
  knex: Knex,
): void {
  query.where(where => {
    where.where('apps.owner_ref', actor.userEntityRef);
    if (actor.fullAccess) where.orWhereNot('apps.visibility', 'PRIVATE');
    else if (actor.roles.length) {
      where.orWhere(invited =>
        invited.whereNot('apps.visibility', 'PRIVATE').whereExists(tags => {
          tags
            .select(knex.raw('1'))
            .from('app_tags')
            .join(
              'tag_visitor_roles',
              'tag_visitor_roles.tag_id',
              'app_tags.tag_id',
            )
            .whereRaw('app_tags.app_id = apps.id')
            .whereIn('tag_visitor_roles.role', actor.roles);
        }),
      );
    }
  });
}

/** Instances that the actor sees (specification 3.4). Expects `instances` joined with `apps`. */
export function visibleInstances(actor: Actor, query: Knex.QueryBuilder): void {
  if (actor.admin) return;
  query.where(where => {
    where.where('instances.owner_ref', actor.userEntityRef);
    if (actor.fullAccess) {
      where.orWhere('apps.owner_ref', actor.userEntityRef);
      where.orWhereNot('instances.visibility', 'PRIVATE');
    }
  });
}
