/** The sizes that an instance gets, as Kubernetes quantities. */
export interface Sizes {
  memoryLimit: string;
  memoryReservation: string;
  cpuLimit?: string;
  cpuReservation?: string;
  gpuCount: number;
  /** Value of the node label of GPUs; any where it is absent. */
  gpuType?: string;
}
