/** The repositories on one database. */
import type { Knex } from 'knex';
import { AliasRepository } from '../database/AliasRepository';
import { AppRepository } from '../database/AppRepository';
import { AuditRepository } from '../database/AuditRepository';
import { CatalogRepository } from '../database/CatalogRepository';
import { IamRepository } from '../database/IamRepository';
import { IdempotencyRepository } from '../database/IdempotencyRepository';
import { InstanceQueue } from '../database/InstanceQueue';
import { InstanceRepository } from '../database/InstanceRepository';
import { OfferRepository } from '../database/OfferRepository';
import { PeopleRepository } from '../database/PeopleRepository';
import { PreferenceRepository } from '../database/PreferenceRepository';
import { SecretRepository } from '../database/SecretRepository';
import { SettingsRepository } from '../database/SettingsRepository';
import { TagRepository } from '../database/TagRepository';
import { TokenRepository } from '../database/TokenRepository';
import type { Policy } from '../policy';

export type Repositories = ReturnType<typeof createRepositories>;

export function createRepositories(knex: Knex, policy: Policy) {
  return {
    apps: new AppRepository(knex, policy),
    catalog: new CatalogRepository(knex, policy),
    instances: new InstanceRepository(knex, policy),
    queue: new InstanceQueue(knex),
    aliases: new AliasRepository(knex, policy),
    secrets: new SecretRepository(knex, policy),
    tags: new TagRepository(knex),
    offers: new OfferRepository(knex),
    preferences: new PreferenceRepository(knex),
    people: new PeopleRepository(knex),
    tokens: new TokenRepository(knex),
    settings: new SettingsRepository(knex),
    audit: new AuditRepository(knex),
    iam: new IamRepository(knex),
    idempotency: new IdempotencyRepository(knex),
  };
}
