/**
 * One resource of the API: what it is called, and its strategy, which is what the server
 * does with its kind and not with every object (as in Kubernetes'
 * `pkg/registry/<group>/<kind>/strategy.go`). Whatever a strategy leaves out does not apply.
 */
import type { Column } from '../table/table';
import type { Json, KubeObject } from '../types';
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
  categories?: string[];
  /** The verbs that are served; all by default. */
  verbs?: string[];
  /** The resource whose objects these are, in other words. */
  storedAs?: string;
  toStored?(object: KubeObject): KubeObject;
  fromStored?(object: KubeObject): KubeObject;
  /** What is not stored, but measured when it is asked for. */
  isMeasured?: boolean;
  /** What a table shows; name and age by default. */
  columns?: Column[];
  /** Paths of field selectors beside name and namespace, with how they are read where it is not by that path. */
  fieldLabels?: Record<string, ((object: KubeObject) => Json) | undefined>;
  /** Whether a deletion answers with the object instead of a Status. */
  returnsDeleted?: boolean;
  /** Subresources that hold a part of the object. */
  status?: boolean;
  scale?: boolean;
  subresources?: Subresource[];
  /** Whether `metadata.generation` counts changes of the specification. */
  generation?: boolean;
  /** Whether objects are deleted one by one only. */
  noDeleteCollection?: boolean;
  /** What a name has to be; a subdomain by default. */
  nameForm?: 'subdomain' | 'label' | 'label1035' | 'path';
  /** Paths of what keeps its first value. */
  immutable?: string[];

  /** Fills what was left out, in place, before anything is checked. */
  defaults?(object: KubeObject): void;
  /** What is wrong with an object beyond its `metadata`. */
  validate?(object: KubeObject): Cause[];
  /** What of a change is wrong beyond {@link immutable}. */
  validateUpdate?(before: KubeObject, after: KubeObject): Cause[];
  /** Takes out of a new object, in place, what only the server writes, and adds what it begins with. */
  prepareForCreate?(object: KubeObject): void;
  /** Texts that whoever writes an object is told. */
  warnings?(object: KubeObject): string[];
  /**
   * Gives a valid object, in place, addresses and ports of its own, and releases those that it has no more.
   *
   * @param before - the object that it replaces
   * @throws StatusError 422
   */
  allocate?(
    object: KubeObject,
    addresses: LoopbackAddresses,
    before: KubeObject | undefined,
  ): void;
  /** Gives it back. */
  released?(object: KubeObject, addresses: LoopbackAddresses): void;
  /** Takes over from the object before, in place, what an update may leave out. */
  prepareForUpdate?(before: KubeObject, after: KubeObject): void;
  /** Adds to a new status, in place, what only the server writes. */
  prepareForStatusUpdate?(
    before: KubeObject,
    after: KubeObject,
    time: string,
  ): void;
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
  /** Why an object cannot be deleted; undefined where it can. */
  undeletable?(object: KubeObject): string | undefined;
  /** Whether a deleted object without finalizers still waits. */
  isHeld?(object: KubeObject): boolean;
}
