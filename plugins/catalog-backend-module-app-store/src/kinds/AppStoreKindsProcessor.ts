/**
 * The kinds App and AppTag: checked against their schemas, with their relations. Pure
 * and cheap, since the catalog runs it over and over.
 *
 * A processor rather than a catalog model layer: a layer's relation pairs have both
 * directions always, and replaces how the portal checks all its other kinds.
 */
import {
  entityKindSchemaValidator,
  getCompoundEntityRef,
  parseEntityRef,
  RELATION_OWNED_BY,
  RELATION_OWNER_OF,
  type Entity,
} from '@backstage/catalog-model';
import { CATALOG_NAMESPACE } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  processingResult,
  type CatalogProcessor,
  type CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';
import { OWNER_TOLD_TO } from './entities';
import { APP_SCHEMA, APP_TAG_SCHEMA } from './schemas';

/** From an app to a tag that it bears; only where every reader may know. */
const RELATION_HAS_TAG = 'hasTag';
/** From a tag to an app that bears it: on the tag alone, which visitors do not read. */
const RELATION_TAG_OF = 'tagOf';

const isApp = entityKindSchemaValidator(APP_SCHEMA);
const isAppTag = entityKindSchemaValidator(APP_TAG_SCHEMA);

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Checks App and AppTag entities against their schemas and emits their relations. */
export class AppStoreKindsProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'AppStoreKindsProcessor';
  }

  async validateEntityKind(entity: Entity): Promise<boolean> {
    return Boolean(isApp(entity) || isAppTag(entity));
  }

  async postProcessEntity(
    entity: Entity,
    _: unknown,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    if (!isApp(entity) && !isAppTag(entity)) return entity;
    const source = getCompoundEntityRef(entity);
    const relate = (type: string, ref: string, defaultKind: string) => {
      const target = parseEntityRef(ref, {
        defaultKind,
        defaultNamespace: CATALOG_NAMESPACE,
      });
      emit(processingResult.relation({ source, type, target }));
      return target;
    };
    for (const ref of strings(entity.spec?.tags))
      relate(RELATION_HAS_TAG, ref, 'AppTag');
    for (const ref of strings(entity.spec?.apps))
      relate(RELATION_TAG_OF, ref, 'App');
    if (typeof entity.spec?.owner === 'string') {
      const target = relate(RELATION_OWNED_BY, entity.spec.owner, 'User');
      // Visitors read people: what these own would be told to them on this side.
      if (!entity.metadata.annotations?.[OWNER_TOLD_TO])
        emit(
          processingResult.relation({
            source: target,
            type: RELATION_OWNER_OF,
            target: source,
          }),
        );
    }
    return entity;
  }
}
