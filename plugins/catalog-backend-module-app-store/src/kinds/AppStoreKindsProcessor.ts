/**
 * The store's kinds: entities of its provider (App, AppTag), and what is declared in repositories
 * (these, AppInstance, AppSecret and AppAlias); checked, with their relations. Pure and cheap, since
 * the catalog runs it over and over; what is declared is applied by the store, never here.
 *
 * A processor rather than a catalog model layer: a layer's relation pairs have both
 * directions always, and replaces how the portal checks all its other kinds.
 */
import type { LocationSpec } from '@backstage/plugin-catalog-common';
import {
  ANNOTATION_LOCATION,
  entityKindSchemaValidator,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import {
  APP_ID_ANNOTATION,
  CATALOG_API_VERSION,
  DECLARATION_ANNOTATION,
  isDeclarationKind,
  KUBERNETES_ID,
  kubernetesIdOf,
  NEWEST_LABEL,
  readDeclaration,
  type DeclaredEntity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  processingResult,
  type CatalogProcessor,
  type CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';
import { OWNER_TOLD_TO } from './entities';
import { APP_SCHEMA, APP_TAG_SCHEMA } from './indexSchemas';
import {
  declaredRelations,
  indexRelations,
  isReservedNamespace,
} from './relations';

const isApp = entityKindSchemaValidator(APP_SCHEMA);
const isAppTag = entityKindSchemaValidator(APP_TAG_SCHEMA);

/** The type of the locations of the store's provider. The catalog writes the location of each entity, so no file can say it. */
const INDEX = 'app-store';

const isOfStore = ({ apiVersion, kind }: Entity) =>
  apiVersion === CATALOG_API_VERSION && isDeclarationKind(kind);

const isIndex = ({ metadata }: Entity) =>
  metadata.annotations?.[ANNOTATION_LOCATION]?.startsWith(`${INDEX}:`) ?? false;

/** What a file says that only the store's provider says. */
function pretence({ metadata }: Entity): string | undefined {
  const { namespace = 'default', annotations, labels } = metadata;
  if (isReservedNamespace(namespace))
    return `metadata.namespace ${namespace} is for what the app store itself lists`;
  const own = [APP_ID_ANNOTATION, OWNER_TOLD_TO].find(
    key => annotations?.[key] !== undefined,
  );
  if (own) return `metadata.annotations ${own} is for the app store itself`;
  return labels?.[NEWEST_LABEL] === undefined
    ? undefined
    : `metadata.labels ${NEWEST_LABEL} is for the app store itself`;
}

/** Checks the store's entities and emits their relations. */
export class AppStoreKindsProcessor implements CatalogProcessor {
  readonly #policyWired: boolean;
  readonly #ownersTold: boolean;

  /**
   * @param options - `policyWired`: the portal's permission policy hides declarations from those who may not
   * see them, or there is nobody to hide them from; `ownersTold`: everybody may know what people own
   */
  constructor(options: { policyWired: boolean; ownersTold: boolean }) {
    this.#policyWired = options.policyWired;
    this.#ownersTold = options.ownersTold;
  }

  getProcessorName(): string {
    return 'AppStoreKindsProcessor';
  }

  async preProcessEntity(
    entity: Entity,
    location: LocationSpec,
  ): Promise<Entity> {
    if (!isOfStore(entity) || location.type === INDEX) return entity;
    const ref = stringifyEntityRef(entity);
    return {
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: {
          ...entity.metadata.annotations,
          [DECLARATION_ANNOTATION]: ref,
          ...(entity.kind === 'AppInstance'
            ? { [KUBERNETES_ID]: kubernetesIdOf(ref) }
            : {}),
        },
      },
    };
  }

  async validateEntityKind(entity: Entity): Promise<boolean> {
    if (!isOfStore(entity)) return false;
    if (isIndex(entity)) return Boolean(isApp(entity) || isAppTag(entity));
    if (!this.#policyWired)
      throw new InputError(
        'Declarations tell owners and tags, which visitors may not see. An admin wires the permission policy of the app store first (appStore.catalog.policyWired).',
      );
    const pretended = pretence(entity);
    if (pretended) throw new InputError(pretended);
    const { issues } = readDeclaration(entity as DeclaredEntity);
    if (issues)
      throw new InputError(
        issues.map(({ path, message }) => `${path} ${message}`).join('; '),
      );
    return true;
  }

  async postProcessEntity(
    entity: Entity,
    _: LocationSpec,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    if (!isOfStore(entity)) return entity;
    const relations = isIndex(entity)
      ? indexRelations(entity)
      : declaredRelations(entity, this.#ownersTold);
    for (const relation of relations) emit(processingResult.relation(relation));
    return entity;
  }
}
