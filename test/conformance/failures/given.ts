/**
 * What there is before a case is played: the objects that somebody made, as they were recorded first, and
 * what these need, as far as the recording does not say that it was missing.
 */
import type { Json } from '../recording';
import { messagesOf, type Case } from './cases';
import { data } from './data';
import {
  accounts,
  namespaceOf,
  portHolders,
  quotas,
  ranges,
  storage,
  webhooks,
} from './surroundings';

/** The parts of an object that a client writes. */
export function written(object: Json, apiVersion: string, kind: string): Json {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const own = Object.fromEntries(
    Object.entries<string>(annotations ?? {}).filter(
      ([key]) =>
        !/^(deployment|pv|volume|control-plane)[^/]*kubernetes\.io\//.test(key),
    ),
  );
  const spec = structuredClone(object.spec);
  if (kind === 'PersistentVolumeClaim') delete spec.volumeName;
  if (kind === 'Pod') {
    delete spec.nodeName;
    // What admission adds, it adds again.
    for (const key of [
      'tolerations',
      'priority',
      'preemptionPolicy',
      'serviceAccount',
    ])
      delete spec[key];
  }
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      ...(Object.keys(own).length ? { annotations: own } : {}),
      ...(finalizers && kind === 'Pod' ? { finalizers } : {}),
    },
    spec,
  };
}

const API: Record<string, string> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Pod: 'v1',
  PersistentVolumeClaim: 'v1',
};

/** Something that somebody made, and when. */
export interface Made {
  object: Json;
  /** Seconds since the case began. */
  at: number;
}

/** The objects that somebody made, as they were first: claims before those that use them. */
export function madeIn({ revisions }: Case): Made[] {
  const made = new Map<string, Made>();
  for (const { kind, object, at } of revisions) {
    const isMade = API[kind] && !object.metadata.ownerReferences?.length;
    const id = `${kind} ${object.metadata?.name}`;
    if (isMade && !made.has(id))
      made.set(id, { object: written(object, API[kind], kind), at });
  }
  const order = Object.keys(API).reverse();
  return [...made.values()].sort(
    (a, b) => order.indexOf(a.object.kind) - order.indexOf(b.object.kind),
  );
}

/** The pod template of what was made. */
export function podSpecOf({ kind, spec }: Json): Json | undefined {
  if (kind === 'Pod') return spec;
  return spec.template?.spec;
}

/** All of it, in the order in which it is made. */
export function givenFor(recorded: Case, made: Json[]): Json[] {
  const told = messagesOf(recorded).join('\n');
  const namespaces = [...new Set(made.map(each => each.metadata.namespace))];
  return [
    ...namespaces.map(name => namespaceOf(name, told)),
    ...namespaces.flatMap(name => [
      ...quotas(name, told),
      ...ranges(name, told),
    ]),
    ...webhooks(told),
    ...storage(recorded),
    ...made.flatMap(each => {
      const spec = podSpecOf(each);
      const { namespace } = each.metadata;
      return spec
        ? [
            ...accounts(spec, namespace, told),
            ...data(spec, namespace, told),
            ...portHolders(spec, namespace, told),
          ]
        : [];
    }),
  ];
}
