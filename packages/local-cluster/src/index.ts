/**
 * A Kubernetes API and node agent in one Node.js process: for laptops and tests.
 *
 * @packageDocumentation
 */
export { startLocalCluster, type LocalCluster } from './startLocalCluster';
export { startLocalClusterProcess } from './process/startLocalClusterProcess';
export type { LocalClusterOptions } from './LocalClusterOptions';
export type { LocalImage } from './kubelet/images';
export type { BackOff } from './kubelet/backOff';
export type { Fault } from './faults/readFaults';
export type { Isolation } from './kubelet/isolation';
export type { Logger } from './controllers/Controller';
export { HOST_ALIAS } from './kubelet/network/PodNetwork';
export { StateFormatError, StateLockedError } from './store/StateFile';
export type { Stage, StageExpression } from './hollow/stages';
