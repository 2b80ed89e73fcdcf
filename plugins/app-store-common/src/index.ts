/**
 * Words shared by browser, server and command line.
 *
 * @packageDocumentation
 */
export * from './appToml/keys';
export * from './appToml/readAppToml';
export * from './client/AppStoreClient';
export * from './gateway';
export * from './names';
export * from './types';
