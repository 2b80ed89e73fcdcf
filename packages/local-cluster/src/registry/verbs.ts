/** The words of the verbs: their options and results. */
import type { User } from '../User';
import type { KubeObject } from '../types';

/** How a write is carried out. */
export interface WriteOptions {
  /** Who writes, for `managedFields`. */
  fieldManager?: string;
  dryRun?: boolean;
  /** `Ignore`, `Warn` (default) or `Strict`. */
  fieldValidation?: string;
  subresource?: 'status' | 'scale' | 'finalize';
  /** Paths of keys that came twice in the body. */
  duplicates?: string[];
  /** Who asks for it; a part of the cluster itself by default. */
  user?: User;
}

/** A write's result. */
export interface WriteResult {
  object: KubeObject;
  created: boolean;
  /** Texts for `Warning` headers. */
  warnings: string[];
}

/** The four kinds of patch. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** `DeleteOptions`, as far as they are honoured. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}
