/**
 * Words shared by browser, server and command line.
 *
 * @packageDocumentation
 */
export * from './appToml/jsonSchema';
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
export { locate, type Position } from './appToml/position';
export * from './appToml/readAppToml';
export type { TomlIssue } from './appToml/TomlReader';
export * from './client/AppStoreClient';
export * from './gateway';
export * from './names';
export { parseQuantity } from './quantity';
export * from './types';
