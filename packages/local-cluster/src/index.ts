/**
 * A Kubernetes API and node agent in one Node.js process: for laptops and tests.
 *
 * @packageDocumentation
 */
export { LocalCluster, type LocalClusterOptions } from './LocalCluster';
export type { LocalImage } from './node/images';
export type { BackOff } from './node/ContainerRunner';
export type { Isolation } from './node/isolation';
export { HOST_ALIAS } from './node/network';
export { StateLockedError } from './store/ObjectStore';
