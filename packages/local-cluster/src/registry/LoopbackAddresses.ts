/**
 * Addresses of pods and services: loopback addresses of this machine, so that
 * each is reachable from it and from nowhere else. Linux answers on all of
 * 127.0.0.0/8; elsewhere there is 127.0.0.1 only, and ports tell pods apart.
 */
import { randomInt } from 'node:crypto';

/** Pods have addresses from 127.64.0.0/11, services from 127.96.0.0/16. */
const POD_ADDRESSES = 32 * 250 * 250;

/** Hands out loopback addresses to pods and services. */
export class LoopbackAddresses {
  readonly #taken = new Set<string>();
  readonly #single: boolean;
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

  /** A free service address. */
  service(): string {
    let n = 1;
    const at = () => `127.96.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    while (this.#taken.has(at())) n++;
    this.#taken.add(at());
    return at();
  }
}
