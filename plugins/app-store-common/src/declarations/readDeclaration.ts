/** Reads an entity as a declaration, and says all that is wrong with it. Never says a value. */
import { CATALOG_API_VERSION } from '../catalogNames';
import { lineProblem } from '../texts';
import {
  DECLARATION_KINDS,
  DECLARATION_SPECS,
  type DeclarationKind,
  type DeclarationSpec,
} from './specs';

/**
 * A declaration, checked.
 *
 * @public
 */
export interface Declaration<K extends DeclarationKind = DeclarationKind> {
  kind: K;
  /** `appinstance:default/lunch` */
  entityRef: string;
  name: string;
  namespace: string;
  title?: string;
  description?: string;
  spec: DeclarationSpec<K>;
}

/**
 * An entity as far as a declaration is concerned.
 *
 * @public
 */
export interface DeclaredEntity {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    title?: string;
    description?: string;
    annotations?: Record<string, string>;
  };
  spec?: unknown;
}

/**
 * One fault of a declaration.
 *
 * @public
 */
export interface DeclarationIssue {
  /** `spec.keys.password` */
  path: string;
  message: string;
}

/** As a catalog takes names (Backstage, KubernetesValidatorFunctions.isValidObjectName). */
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NAME_LIMIT = 63;

/**
 * Whether an entity is of a kind that can be declared.
 *
 * @public
 */
export function isDeclarationKind(kind: string): kind is DeclarationKind {
  return (DECLARATION_KINDS as string[]).includes(kind);
}

/**
 * The ref of an entity in its one form: refs ignore case (Backstage, entity references).
 *
 * @param text - `lunch`, `default/lunch` or `app:default/lunch`
 * @returns undefined for what is no ref
 *
 * @public
 */
export function fullRef(
  text: string,
  defaults: { kind: string; namespace: string },
): string | undefined {
  const match = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^:/]+)$/.exec(text.trim());
  if (!match) return undefined;
  const [, kind = defaults.kind, namespace = defaults.namespace, name] = match;
  return `${kind}:${namespace}/${name}`.toLocaleLowerCase('en-US');
}

const VALUE_KEYS = new Set(['value', 'data', 'stringData', 'values']);

/** The words for a fault; `value` and the like get their own, since a value must not be there. */
function messageOf(
  kind: DeclarationKind,
  issue: {
    code?: string;
    message: string;
    keys?: string[];
    path: PropertyKey[];
  },
): string {
  if (issue.code !== 'unrecognized_keys' || !issue.keys) return issue.message;
  if (issue.keys.some(key => VALUE_KEYS.has(key)))
    return 'holds a value. A declaration says with valueFrom where the value is, never the value itself';
  const known = issue.path.length
    ? ''
    : `. It may have ${Object.keys(DECLARATION_SPECS[kind].shape).join(', ')}`;
  return `has unknown keys: ${issue.keys
    .map(key => key.slice(0, 63))
    .join(', ')}${known}`;
}

function envelopeIssues(entity: DeclaredEntity): DeclarationIssue[] {
  const { name, namespace } = entity?.metadata ?? {};
  const fits = (text: unknown, pattern: RegExp) =>
    typeof text === 'string' && text.length <= NAME_LIMIT && pattern.test(text);
  return [
    ...(entity?.apiVersion === CATALOG_API_VERSION
      ? []
      : [{ path: 'apiVersion', message: `must be ${CATALOG_API_VERSION}` }]),
    ...(isDeclarationKind(entity?.kind)
      ? []
      : [
          {
            path: 'kind',
            message: `must be one of ${DECLARATION_KINDS.join(', ')}`,
          },
        ]),
    ...(fits(name, NAME)
      ? []
      : [
          {
            path: 'metadata.name',
            message:
              'must be 1 to 63 letters, digits, dashes, underscores or dots, with a letter or digit at both ends',
          },
        ]),
    ...(namespace === undefined || fits(namespace, NAMESPACE)
      ? []
      : [
          {
            path: 'metadata.namespace',
            message: 'must be 1 to 63 small letters, digits or dashes',
          },
        ]),
  ];
}

/** Of a tag; as the API has it (`TagTitle`, `TagDescription`). */
const TITLE_LIMIT = 100;
const DESCRIPTION_LIMIT = 1000;

/** What people read of an entity becomes a part of a tag. */
function titleIssues({ kind, metadata }: DeclaredEntity): DeclarationIssue[] {
  const { title, description } = metadata as Record<string, unknown>;
  const problemOf = (text: unknown, limit: number, isLine: boolean) => {
    if (text === undefined) return undefined;
    if (typeof text !== 'string') return 'must be a text';
    if (isLine && !text) return 'must not be empty';
    if (kind === 'AppTag' && text.length > limit)
      return `must have at most ${limit} characters`;
    if (text.includes('\0')) return 'must have no control characters';
    return lineProblem(isLine ? text : text.replace(/\s/g, ' '));
  };
  const issue = (path: string, message: string | undefined) =>
    message ? [{ path, message }] : [];
  return [
    ...issue('metadata.title', problemOf(title, TITLE_LIMIT, true)),
    ...issue(
      'metadata.description',
      problemOf(description, DESCRIPTION_LIMIT, false),
    ),
  ];
}

/** Texts under `spec` with what would break a page or a terminal. */
function textIssues(value: unknown, path: string): DeclarationIssue[] {
  if (typeof value === 'string') {
    const message = lineProblem(value);
    return message ? [{ path, message }] : [];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) =>
    textIssues(each, `${path}.${key}`),
  );
}

/**
 * Reads an entity.
 *
 * @returns the declaration, or what is wrong; a fault names keys and never values
 *
 * @public
 */
export function readDeclaration(entity: DeclaredEntity):
  | { declaration: Declaration; issues?: undefined }
  | {
      declaration?: undefined;
      /** Undefined where it is the kind or the name that cannot be read. */
      entityRef?: string;
      issues: DeclarationIssue[];
    } {
  const issues = envelopeIssues(entity);
  if (issues.length) return { issues };
  const kind = entity.kind as DeclarationKind;
  const { name, namespace = 'default', title, description } = entity.metadata;
  const entityRef = fullRef(name, { kind, namespace })!;
  const texts = [...titleIssues(entity), ...textIssues(entity.spec, 'spec')];
  if (texts.length) return { entityRef, issues: texts };
  const read = DECLARATION_SPECS[kind].safeParse(entity.spec ?? {});
  if (!read.success)
    return {
      entityRef,
      issues: read.error.issues.map(issue => ({
        path: ['spec', ...issue.path].join('.'),
        message: messageOf(kind, issue as Parameters<typeof messageOf>[1]),
      })),
    };
  return {
    declaration: {
      kind,
      entityRef,
      name,
      namespace,
      ...(title ? { title } : {}),
      ...(description ? { description } : {}),
      spec: read.data,
    },
  };
}
