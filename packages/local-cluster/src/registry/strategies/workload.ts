/** What Deployments, ReplicaSets and StatefulSets have in common: replicas of a pod template. */
import type { Json, KubeObject } from '../../types';
import type { Column } from '../../table/table';
import {
  bad,
  labelsValue,
  notSupported,
  required,
  type Cause,
} from '../causes';
import { matches } from '../../store/selectors';
import { podSpecCauses, podSpecDefaults, podSpecWarnings } from './podSpec';

/** Fills a pod template in place. */
export function templateDefaults(template: Json): void {
  if (!template) return;
  // As Go writes a time that is not set.
  template.metadata = { creationTimestamp: null, ...template.metadata };
  if (template.spec) podSpecDefaults(template.spec);
}

/** Names and images of a template's containers, for wide tables. */
export const CONTAINERS: Column[] = [
  {
    name: 'Containers',
    priority: 1,
    cell: ({ spec }) =>
      spec.template.spec.containers.map((c: Json) => c.name).join(','),
  },
  {
    name: 'Images',
    priority: 1,
    cell: ({ spec }) =>
      spec.template.spec.containers.map((c: Json) => c.image).join(','),
  },
];

/** A label selector as tables show it. */
export function labelSelectorText(selector: Json): string {
  const labels = Object.entries(selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  const expressions = (selector?.matchExpressions ?? []).map(
    ({ key, operator, values = [] }: Json) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    },
  );
  return [...labels, ...expressions].join(',') || '<none>';
}

export const SELECTOR: Column = {
  name: 'Selector',
  priority: 1,
  cell: ({ spec }) => labelSelectorText(spec.selector),
};

/** The part of their `Resource` that is the same. */
export const workload = {
  group: 'apps',
  version: 'v1',
  namespaced: true,
  categories: ['all'],
  status: true,
  scale: true,
  generation: true,
  immutable: ['spec.selector'],

  prepareForCreate(object: KubeObject): void {
    object.status = {};
  },

  validate({ spec }: KubeObject): Cause[] {
    if (!spec) return [required('spec')];
    const causes: Cause[] = [];
    if (spec.replicas < 0)
      causes.push(
        bad(
          'spec.replicas',
          spec.replicas,
          'must be greater than or equal to 0',
        ),
      );
    const { selector, template } = spec;
    const isEmpty =
      selector &&
      !Object.keys(selector.matchLabels ?? {}).length &&
      !selector.matchExpressions?.length;
    if (!selector) causes.push(required('spec.selector'));
    else if (isEmpty)
      causes.push(
        bad(
          'spec.selector',
          selector,
          'empty selector is invalid for deployment',
        ),
      );
    if (!template) return [...causes, required('spec.template')];
    const labels = template.metadata?.labels ?? {};
    if (!selector || !matches(selector, labels))
      causes.push(
        bad(
          'spec.template.metadata.labels',
          labelsValue(labels),
          '`selector` does not match template `labels`',
        ),
      );
    causes.push(...podSpecCauses(template.spec, 'spec.template.spec'));
    const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
    if (restartPolicy && restartPolicy !== 'Always')
      causes.push(
        notSupported('spec.template.spec.restartPolicy', restartPolicy, [
          'Always',
        ]),
      );
    if (activeDeadlineSeconds !== undefined)
      causes.push({
        reason: 'FieldValueForbidden',
        message:
          'Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
        field: 'spec.template.spec.activeDeadlineSeconds',
      });
    return causes;
  },

  warnings: ({ spec }: KubeObject): string[] =>
    podSpecWarnings(spec?.template?.spec, 'spec.template.spec'),
};
