/**
 * Addresses of pods and services: loopback addresses of this machine, so that
 * each is reachable from it and from nowhere else. Linux answers on all of
 * 127.0.0.0/8; elsewhere there is 127.0.0.1 only, and ports tell pods apart.
 */
import { randomInt } from 'node:crypto';

/** Pods have addresses from 127.64.0.0/11, services from 127.96.0.0/16. */
const POD_ADDRESSES = 32 * 250 * 250;
const SERVICE_ADDRESSES = 250 * 250;

/** As the API server's `--service-node-port-range` is by default. */
const NODE_PORTS = { first: 30_000, last: 32_767 };

/** Hands out loopback addresses to pods and services. */
export class LoopbackAddresses {
  #taken = new Set<string>();
  #nodePorts = new Set<number>();
  readonly #single: boolean;
  #nextService = 0;
  /** Several clusters on one machine begin at different places. */
  #next = randomInt(POD_ADDRESSES);

  /** @param single - the machine has one loopback address only */
  static create(options: { single?: boolean } = {}): LoopbackAddresses {
    return new LoopbackAddresses(
      options.single ?? process.platform !== 'linux',
    );
  }

  private constructor(single: boolean) {
    this.#single = single;
  }

  /** Marks an address as in use. */
  reserve(address: string | undefined): void {
    if (address) this.#taken.add(address);
  }

  release(address: string | undefined): void {
    if (address) this.#taken.delete(address);
  }

  /** A free pod address. Addresses are not handed out again soon after their release. */
  pod(): string {
    if (this.#single) return '127.0.0.1';
    for (let tries = 0; tries < POD_ADDRESSES; tries++) {
      this.#next = (this.#next + 1) % POD_ADDRESSES;
      const [high, low] = [Math.floor(this.#next / 250), this.#next % 250];
      const address = `127.${64 + Math.floor(high / 250)}.${high % 250}.${
        low + 1
      }`;
      if (!this.#taken.has(address)) {
        this.#taken.add(address);
        return address;
      }
    }
    throw new Error('no free pod address');
  }

  /** Takes one that is asked for. @returns what is in the way */
  takeService(address: string): string | undefined {
    if (!address.startsWith('127.96.'))
      return 'the provided network does not match the current range';
    if (this.#taken.has(address)) return 'provided IP is already allocated';
    this.#taken.add(address);
    return undefined;
  }

  /** Takes a port of all nodes. @returns what is in the way */
  takeNodePort(port: number): string | undefined {
    if (port < NODE_PORTS.first || port > NODE_PORTS.last)
      return `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
    if (this.#nodePorts.has(port)) return 'provided port is already allocated';
    this.#nodePorts.add(port);
    return undefined;
  }

  /** A free port of all nodes. @throws Error where there is none */
  nodePort(): number {
    const count = NODE_PORTS.last - NODE_PORTS.first + 1;
    const start = randomInt(count);
    for (let tries = 0; tries < count; tries++) {
      const port = NODE_PORTS.first + ((start + tries) % count);
      if (this.takeNodePort(port) === undefined) return port;
    }
    throw new Error('no free node port: the range is full');
  }

  releaseNodePort(port: number | undefined): void {
    if (port) this.#nodePorts.delete(port);
  }

  /** A free service address. @throws Error where there is none */
  service(): string {
    for (let tries = 0; tries < SERVICE_ADDRESSES; tries++) {
      this.#nextService = (this.#nextService + 1) % SERVICE_ADDRESSES;
      const address = `127.96.${Math.floor(this.#nextService / 250)}.${
        (this.#nextService % 250) + 1
      }`;
      if (this.takeService(address) === undefined) return address;
    }
    throw new Error('no free service address: the range is full');
  }

  /** Does something that takes and releases; undoes that where it throws, or is not `kept`. */
  attempt(work: () => void, kept: boolean): void {
    const taken = new Set(this.#taken);
    const nodePorts = new Set(this.#nodePorts);
    let isDone = false;
    try {
      work();
      isDone = kept;
    } finally {
      if (!isDone) {
        this.#taken = taken;
        this.#nodePorts = nodePorts;
      }
    }
  }
}
