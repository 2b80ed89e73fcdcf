/**
 * One resource of the API: what it is called, and its strategy, which is what the server
 * does with its kind and not with every object (as in Kubernetes'
 * `pkg/registry/<group>/<kind>/strategy.go`). Whatever a strategy leaves out does not apply.
 */
import type { KubeObject } from '../types';
import type { Cause } from './causes';
import type { LoopbackAddresses } from './LoopbackAddresses';
import type { DeleteOptions } from './verbs';

/** A subresource that is served apart from the object. */
export interface Subresource {
  name: string;
  verbs: string[];
  /** Of what it takes and gives, where that is another kind. */
  group?: string;
  version?: string;
  kind?: string;
}

/** One resource. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  /** Subresources that hold a part of the object. */
  status?: boolean;
  scale?: boolean;
  subresources?: Subresource[];
  /** Whether `metadata.generation` counts changes of the specification. */
  generation?: boolean;
  /** Whether objects are deleted one by one only. */
  noDeleteCollection?: boolean;
  /** Whether the name is a label of the domain name system, not a subdomain. */
  nameIsLabel?: boolean;
  /** Paths of what keeps its first value. */
  immutable?: string[];

  /** Fills what was left out, in place, before anything is checked. */
  defaults?(object: KubeObject): void;
  /** What is wrong with an object beyond its `metadata`. */
  validate?(object: KubeObject): Cause[];
  /** What of a change is wrong beyond {@link immutable}. */
  validateUpdate?(before: KubeObject, after: KubeObject): Cause[];
  /** Adds what only the server knows, in place, to a valid new object. */
  prepareForCreate?(object: KubeObject, addresses: LoopbackAddresses): void;
  /** Takes over from the object before, in place, what an update may leave out. */
  prepareForUpdate?(before: KubeObject, after: KubeObject): void;
  /**
   * The object as it waits for more than its finalizers before it goes, or undefined.
   *
   * @param object - what is to be deleted; it is returned itself where it waits already
   */
  awaitDeletion?(
    object: KubeObject,
    options: DeleteOptions,
    now: Date,
  ): KubeObject | undefined;
  /** Whether a deleted object without finalizers still waits. */
  isHeld?(object: KubeObject): boolean;
}
