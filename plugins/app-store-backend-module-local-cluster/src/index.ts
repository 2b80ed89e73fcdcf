/**
 * Runs the app store's Kubernetes API in the portal's own process.
 *
 * @packageDocumentation
 */
export { localClusterModule as default } from './module';
