/** The repositories on one database. */
import type { Knex } from 'knex';
import { AliasHistory } from '../aliases/AliasHistory';
import { AliasRepository } from '../aliases/AliasRepository';
import { AppLists } from '../apps/AppLists';
import { PreconditionRepository } from '../apps/PreconditionRepository';
import { AppRepository } from '../apps/AppRepository';
import { AuditRepository } from '../audit/AuditRepository';
import { CatalogRepository } from '../catalog/CatalogRepository';
import { DeclarationLists } from '../declarations/DeclarationLists';
import { DeclarationRepository } from '../declarations/DeclarationRepository';
import { DueDeclarations } from '../declarations/DueDeclarations';
import { IamRepository } from '../iam/IamRepository';
import { IdempotencyRepository } from '../idempotency/IdempotencyRepository';
import { InstanceQueue } from '../reconcile/InstanceQueue';
import { InstanceRepository } from '../instances/InstanceRepository';
import { LastLogRepository } from '../instances/lastLogs/LastLogRepository';
import { LaunchRepository } from '../instances/launches/LaunchRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { OfferRepository } from '../apps/offers/OfferRepository';
import { PeopleRepository } from '../people/PeopleRepository';
import { PreferenceRepository } from '../apps/PreferenceRepository';
import { SecretRepository } from '../secrets/SecretRepository';
import { SettingsRepository } from '../database/SettingsRepository';
import { TagRepository } from '../tags/TagRepository';
import { TokenRepository } from '../tokens/TokenRepository';
import { Outbox } from '../changes/Outbox';
import type { StoreConfig } from '../config/StoreConfig';
import type { Policy } from '../policy';

export type Repositories = ReturnType<typeof createRepositories>;

export function createRepositories(
  knex: Knex,
  policy: Policy,
  { aliasHosts }: Pick<StoreConfig, 'aliasHosts'>,
) {
  const outbox = new Outbox(knex);
  return {
    outbox,
    apps: new AppRepository(knex, outbox),
    appLists: new AppLists(knex, policy),
    preconditions: new PreconditionRepository(knex),
    catalog: new CatalogRepository(knex, policy),
    declarations: new DeclarationRepository(knex),
    dueDeclarations: new DueDeclarations(knex),
    declarationLists: new DeclarationLists(knex, policy),
    instances: new InstanceRepository(knex, policy),
    launches: new LaunchRepository(knex, outbox),
    lastLogs: new LastLogRepository(knex),
    transitions: new InstanceTransitions(knex, outbox),
    queue: new InstanceQueue(knex, outbox),
    aliases: new AliasRepository(knex, policy, outbox, aliasHosts),
    aliasHistory: new AliasHistory(knex, outbox),
    secrets: new SecretRepository(knex, policy, outbox),
    tags: new TagRepository(knex, outbox),
    offers: new OfferRepository(knex, outbox),
    preferences: new PreferenceRepository(knex),
    people: new PeopleRepository(knex),
    tokens: new TokenRepository(knex),
    settings: new SettingsRepository(knex),
    audit: new AuditRepository(knex, outbox),
    iam: new IamRepository(knex, outbox),
    idempotency: new IdempotencyRepository(knex),
  };
}
