/**
 * The life of pods on hollow nodes, in stages: a stage selects pods, waits, and then changes their status,
 * records an event or deletes them (after kwok's `Stage`, https://kwok.sigs.k8s.io/docs/user/stages-configuration/; a status is
 * plain data here, not a template).
 */
import { parseAllDocuments } from 'yaml';
import type { Json, KubeObject } from '../types';

/**
 * A requirement on a field of a pod.
 *
 * @public
 */
export interface StageExpression {
  /** A path: `.metadata.deletionTimestamp`. */
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: string[];
}

/**
 * One stage of the pods of hollow nodes.
 *
 * @public
 */
export interface Stage {
  name: string;
  /** The pods that it applies to: every label and expression has to match. */
  selector: {
    matchLabels?: Record<string, string>;
    matchExpressions?: StageExpression[];
  };
  /** Milliseconds to wait before it applies; 0 by default. */
  delayMs?: number;
  /** A random wait of at most so many milliseconds more; 0 by default. */
  jitterMs?: number;
  next: {
    /** Fields of the status to set; conditions are merged by their type. */
    status?: Record<string, any>;
    /** The `state` of each container. */
    containerState?: Record<string, any>;
    event?: { type: 'Normal' | 'Warning'; reason: string; message: string };
    /** Whether the pod is deleted; false by default. */
    delete?: boolean;
  };
}

const conditions = (ready: 'True' | 'False') =>
  ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'].map(
    type => ({ type, status: ready }),
  );

/** The default: pods are ready at once, and are removed when they are deleted. */
export const DEFAULT_STAGES: Stage[] = [
  {
    name: 'pod-ready',
    selector: {
      matchExpressions: [
        { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Pending'] },
      ],
    },
    next: {
      status: { phase: 'Running', conditions: conditions('True') },
      containerState: { running: {} },
    },
  },
  {
    name: 'pod-delete',
    selector: {
      matchExpressions: [
        { key: '.metadata.deletionTimestamp', operator: 'Exists' },
      ],
    },
    next: { delete: true },
  },
];

function valueAt(object: Json, path: string): Json {
  return path
    .split('.')
    .filter(Boolean)
    .reduce((at, key) => at?.[key], object);
}

function meets(
  pod: KubeObject,
  { key, operator, values = [] }: StageExpression,
): boolean {
  const value = valueAt(pod, key);
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return values.includes(String(value));
    default:
      return !values.includes(String(value));
  }
}

/** The first stage that applies to a pod; undefined where none does. */
export function stageFor(pod: KubeObject, stages: Stage[]): Stage | undefined {
  return stages.find(({ selector }) => {
    const labels = pod.metadata.labels ?? {};
    return (
      Object.entries(selector.matchLabels ?? {}).every(
        ([key, value]) => labels[key] === value,
      ) && (selector.matchExpressions ?? []).every(each => meets(pod, each))
    );
  });
}

/** Reads stages out of YAML: one a document. @throws Error that says what is wrong with which */
export function readStages(text: string): Stage[] {
  return parseAllDocuments(text).map((document, index) => {
    const at = `stage ${index + 1}`;
    if (document.errors.length)
      throw new Error(`${at}: ${document.errors[0].message}`);
    const stage = document.toJS() as Stage | null;
    if (!stage?.name) throw new Error(`${at}: name is missing`);
    if (!stage.next) throw new Error(`${at} (${stage.name}): next is missing`);
    for (const { key, operator } of stage.selector?.matchExpressions ?? [])
      if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator))
        throw new Error(
          `${at} (${stage.name}): no such operator as ${JSON.stringify(
            operator,
          )} for ${key}; there are In, NotIn, Exists and DoesNotExist`,
        );
    return { ...stage, selector: stage.selector ?? {} };
  });
}
