/**
 * Whether and how an object is admitted: first what is added to it, then what may forbid it
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/).
 */
import type { User } from '../User';
import type { Resource } from '../registry/Resource';
import type { ObjectStore } from '../store/ObjectStore';
import type { KubeObject } from '../types';
import { claimExpansion } from './claimExpansion';
import { defaultStorageClass } from './defaultStorageClass';
import { LimitRanger } from './LimitRanger';
import { podSecurity } from './podSecurity';
import { podTolerations } from './podTolerations';
import { priority } from './priority';
import { Quotas } from './Quotas';
import { runtimeClass } from './runtimeClass';
import { serviceAccount } from './serviceAccount';

/** A write that asks to be admitted. */
export interface AdmissionRequest {
  resource: Resource;
  object: KubeObject;
  /** The object before, of an update. */
  before?: KubeObject;
  user?: User;
}

/** One rule. */
export interface AdmissionPlugin {
  /** Adds to the object, in place. @throws StatusError 403 */
  mutate?(request: AdmissionRequest, store: ObjectStore): void;
  /** @returns warnings. @throws StatusError 403 */
  validate?(request: AdmissionRequest, store: ObjectStore): string[] | void;
}

/** The rules, in a real server's order. */
export class Admission {
  readonly #store: ObjectStore;
  readonly #plugins: AdmissionPlugin[];

  constructor(options: { store: ObjectStore; quotas: Quotas }) {
    this.#store = options.store;
    this.#plugins = [
      serviceAccount,
      podTolerations,
      priority,
      runtimeClass,
      defaultStorageClass,
      new LimitRanger(),
      podSecurity,
      claimExpansion,
      options.quotas,
    ];
  }

  mutate(request: AdmissionRequest): void {
    for (const plugin of this.#plugins) plugin.mutate?.(request, this.#store);
  }

  validate(request: AdmissionRequest): string[] {
    return this.#plugins.flatMap(
      plugin => plugin.validate?.(request, this.#store) ?? [],
    );
  }
}
