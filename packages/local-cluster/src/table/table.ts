/**
 * Tables of objects, as `kubectl get` shows them
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables).
 */
import type { Json, KubeObject } from '../types';
import { humanDuration } from './humanDuration';

/** One column of a kind. */
export interface Column {
  name: string;
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  /** 0 is always shown, others with `-o wide`. */
  priority?: number;
  cell(object: KubeObject, now: number): Json;
}

/** How long ago something was, or `<unknown>`. */
export function since(time: string | null | undefined, now: number): string {
  return time ? humanDuration(now - Date.parse(time)) : '<unknown>';
}

export const NAME: Column = {
  name: 'Name',
  format: 'name',
  cell: object => object.metadata.name,
};
export const AGE: Column = {
  name: 'Age',
  cell: (object, now) => since(object.metadata.creationTimestamp, now),
};
/** For a kind without columns of its own. */
const PLAIN: Column[] = [NAME, AGE];

/** What of each object is beside its cells (`includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** The metadata of an object, as an object. */
export function partial(object: KubeObject): Json {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  };
}

/** What of an object a row has. */
const SHOWN: Record<IncludeObject, (object: KubeObject) => Json> = {
  None: () => null,
  Object: object => object,
  Metadata: partial,
};

/** Parts of the list's metadata that a table keeps. */
interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

export function tableOf(
  columns: Column[] | undefined,
  objects: KubeObject[],
  options: {
    metadata: ListMeta;
    includeObject?: IncludeObject;
    now: number;
    /** A watch sends them with its first event only. */
    withColumns?: boolean;
  },
): Json {
  const shown = columns ?? PLAIN;
  const {
    metadata,
    includeObject = 'Metadata',
    now,
    withColumns = true,
  } = options;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns
      ? shown.map(({ name, type = 'string', format = '', priority = 0 }) => ({
          name,
          type,
          format,
          description: '',
          priority,
        }))
      : null,
    rows: objects.map(object => ({
      cells: shown.map(column => column.cell(object, now)),
      object: (SHOWN[includeObject] ?? partial)(object),
    })),
  };
}
