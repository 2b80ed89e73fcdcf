/**
 * Bundles (specification section 5): read, checked, packed.
 *
 * @packageDocumentation
 */
export { Archive, ARCHIVE_LIMITS, type ArchiveLimits } from './Archive';
export { BundleError, type BundleIssue } from './BundleError';
export { checkBundle, type CheckedBundle } from './checkBundle';
export { contentSum, contentTar } from './contentTar';
export { DirectoryTree, type Skipped } from './DirectoryTree';
export type { BundleFile, FileTree } from './FileTree';
export { packDirectory, packTree, type Replacement } from './packDirectory';
export type { BundleImage } from './pictures';
export { placeOf, readBundle, type Bundle } from './readBundle';
