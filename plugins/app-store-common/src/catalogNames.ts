/**
 * Names of the store's entities in the catalog. Each is one that the catalog accepts,
 * and no two things have the same one, also where entity refs ignore case: what is
 * readable comes first, a digest of name and version with their capitals last.
 */
import { sha256 } from '@noble/hashes/sha2';
import { NAME_LIMIT } from './names';

/**
 * Group and version of the store's kinds.
 *
 * @public
 */
export const CATALOG_API_VERSION = 'ai-app-store.io/v1alpha1';
/**
 * Where the store's entities are.
 *
 * @public
 */
export const CATALOG_NAMESPACE = 'app-store';
/**
 * Where apps are once more for visitors, without owner and tags.
 *
 * @public
 */
export const VISITORS_NAMESPACE = 'app-store-visitors';
/**
 * Holds the id of the app version that an entity is about.
 *
 * @public
 */
export const APP_ID_ANNOTATION = 'ai-app-store.io/app-id';
/**
 * On the newest version of a name.
 *
 * @public
 */
export const NEWEST_LABEL = 'ai-app-store.io/newest';

/**
 * On each entity that is a declaration: its ref, which rules of permission policies ask for.
 *
 * @public
 */
export const DECLARATION_ANNOTATION = 'ai-app-store.io/declaration';

/**
 * The name of the set of files to which a document belongs, for whoever applies it from a file.
 *
 * @public
 */
export const SET_ANNOTATION = 'ai-app-store.io/set';

/**
 * By which Backstage's Kubernetes plugin finds what belongs to an entity: an annotation of the entity
 * and a label of the objects (https://backstage.io/docs/features/kubernetes/configuration).
 *
 * @public
 */
export const KUBERNETES_ID = 'backstage.io/kubernetes-id';

/**
 * On a component of the catalog: names of the store's apps that belong to it, separated by commas.
 *
 * @public
 */
export const COMPONENT_APPS_ANNOTATION = 'ai-app-store.io/apps';

/** No vowels, so that a digest is no word. */
const DIGITS = '0123456789bcdfghjklmnpqrstvwxz';
/** 14 digits to the base of 30 are 68 bits. */
const DIGEST_LENGTH = 14;

function digest(text: string): string {
  let number = [...sha256(new TextEncoder().encode(text))].reduce(
    (sum, byte) => sum * BigInt(256) + BigInt(byte),
    BigInt(0),
  );
  let digits = '';
  while (digits.length < DIGEST_LENGTH) {
    digits += DIGITS[Number(number % BigInt(DIGITS.length))];
    number /= BigInt(DIGITS.length);
  }
  return digits;
}

function entityName(...parts: string[]): string {
  const readable = parts
    .join('-')
    .toLocaleLowerCase('en-US')
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, NAME_LIMIT - DIGEST_LENGTH - 1)
    .replace(/^[-.]+|[-.]+$/g, '');
  // JSON keeps apart what a separator would join: `a-1`, `2` and `a`, `1-2`.
  return [...(readable ? [readable] : []), digest(JSON.stringify(parts))].join(
    '-',
  );
}

/**
 * The name of the entity of an app version.
 *
 * @public
 */
export function appEntityName(name: string, version: string): string {
  return entityName(name, version);
}

/**
 * The name of the entity of a tag.
 *
 * @public
 */
export function tagEntityName(name: string): string {
  return entityName(name);
}

/**
 * The ref of the entity of an app version.
 *
 * @public
 */
export function appEntityRef(app: { name: string; version: string }): string {
  return `app:${CATALOG_NAMESPACE}/${appEntityName(app.name, app.version)}`;
}

/**
 * The ref of the entity of a tag.
 *
 * @public
 */
export function tagEntityRef(name: string): string {
  return `apptag:${CATALOG_NAMESPACE}/${tagEntityName(name)}`;
}

/**
 * What {@link KUBERNETES_ID} says of a declared instance and of its objects; a label holds no ref.
 *
 * @public
 */
export function kubernetesIdOf(entityRef: string): string {
  return `app-instance-${digest(entityRef)}`;
}
