/**
 * Words shared by browser, server and command line.
 *
 * @packageDocumentation
 */
export * from './actions';
export * from './appToml/jsonSchema';
export * from './appToml/egress';
export * from './appToml/keys';
export { ALLOWED_WAVE_VARIABLES } from './appToml/entries';
export {
  DEFAULT_PORT,
  DEFAULT_WAVE_PORT,
  type AppManifest,
  type AppMode,
  type EnvEntry,
  type FileEntry,
  type RoutingMode,
} from './appToml/manifest';
export { remarksOf } from './appToml/modes';
export { hasReadOnlyFiles } from './appToml/rules';
export { locate, type Position } from './appToml/position';
export { parameterProblem, PARAMETER_LIMIT } from './appToml/parameters';
export * from './appToml/readAppToml';
export type { TomlIssue } from './appToml/TomlReader';
export type { ApiDocument } from './api/ApiDocument';
export { API_DOCUMENT } from './api/document.generated';
export type { operations as Operations } from './api/schema.generated';
export * from './catalogNames';
export {
  declarationJsonSchema,
  declarationsJsonSchema,
} from './declarations/jsonSchemas';
export { fileProblem } from './declarations/fileProblem';
export * from './declarations/readDeclaration';
export {
  DECLARATION_KINDS,
  type DeclarationKind,
  type DeclarationSpec,
} from './declarations/specs';
export { titleFit } from './titleFit';
export * from './client/AppStoreClient';
export { readEvents, type ServerSentEvent } from './client/events';
export { TableHash } from './TableHash';
export { AppStoreError, type RequestsOptions } from './client/Requests';
export { parseDuration } from './duration';
export * from './gateway';
export { isUp } from './isUp';
export * from './names';
export { parseQuantity } from './quantity';
export { tagAccess } from './tagAccess';
export { lineProblem, showable, showableText, turnedAround } from './texts';
export * from './types';
