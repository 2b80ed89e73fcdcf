/** Events, which the core and `events.k8s.io` show each in its own words. */
import { since, type Column } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import type { Resource } from '../Resource';

function lastSeen(event: KubeObject, now: number): string {
  return since(
    event.series?.lastObservedTime ??
      event.lastTimestamp ??
      event.eventTime ??
      event.metadata.creationTimestamp,
    now,
  );
}

function firstSeen(event: KubeObject, now: number): string {
  return since(
    event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp,
    now,
  );
}

function objectOf({ involvedObject = {} }: KubeObject): string {
  const { kind = '', name = '' } = involvedObject;
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function sourceOf({ source = {}, reportingComponent }: KubeObject): string {
  const component = source.component || reportingComponent || '';
  return source.host ? `${component}, ${source.host}` : component;
}

const COLUMNS: Column[] = [
  { name: 'Last Seen', cell: lastSeen },
  { name: 'Type', cell: event => event.type ?? '' },
  { name: 'Reason', cell: event => event.reason ?? '' },
  { name: 'Object', cell: objectOf },
  {
    name: 'Subobject',
    priority: 1,
    cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '',
  },
  { name: 'Source', priority: 1, cell: sourceOf },
  { name: 'Message', cell: event => (event.message ?? '').trim() },
  { name: 'First Seen', priority: 1, cell: firstSeen },
  {
    name: 'Count',
    priority: 1,
    cell: event => event.series?.count ?? event.count ?? 1,
  },
  {
    name: 'Name',
    priority: 1,
    format: 'name',
    cell: event => event.metadata.name,
  },
];

const common = {
  namespaced: true,
  kind: 'Event',
  plural: 'events',
  version: 'v1',
  shortNames: ['ev'],
  columns: COLUMNS,
};

const INVOLVED = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
];

/** As it is kept: with every field that the core's events have. */
function eventDefaults(event: KubeObject): void {
  event.source ??= {};
  event.firstTimestamp ??= null;
  event.lastTimestamp ??= null;
  event.eventTime ??= null;
  event.reportingComponent ??= '';
  event.reportingInstance ??= '';
}

export const events: Resource = {
  ...common,
  group: '',
  fieldLabels: {
    ...Object.fromEntries(
      INVOLVED.map(field => [`involvedObject.${field}`, undefined]),
    ),
    reason: undefined,
    reportingComponent: event =>
      event.reportingComponent || event.source?.component,
    source: event => event.source?.component || event.reportingComponent,
    type: undefined,
  },
  defaults: eventDefaults,
};

/** The same events in the words of the newer group. */
export const eventsV1: Resource = {
  ...common,
  group: 'events.k8s.io',
  storedAs: 'events',
  fieldLabels: {
    ...Object.fromEntries(
      INVOLVED.map(field => [
        `regarding.${field}`,
        (event: KubeObject) => event.involvedObject?.[field],
      ]),
    ),
    reason: undefined,
    reportingController: event =>
      event.reportingComponent || event.source?.component,
    type: undefined,
  },
  toStored: fromV1,
  fromStored: toV1,
};

function toV1(event: KubeObject): KubeObject {
  const {
    involvedObject,
    message,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    reportingComponent,
    reportingInstance,
    metadata,
    eventTime,
    series,
    action,
    reason,
    related,
    type,
  } = event;
  return {
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata,
    eventTime: eventTime ?? null,
    ...(series ? { series } : {}),
    ...(reportingComponent ? { reportingController: reportingComponent } : {}),
    ...(reportingInstance ? { reportingInstance } : {}),
    ...(action ? { action } : {}),
    ...(reason ? { reason } : {}),
    ...(involvedObject ? { regarding: involvedObject } : {}),
    ...(related ? { related } : {}),
    ...(message ? { note: message } : {}),
    ...(type ? { type } : {}),
    deprecatedSource: source ?? {},
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    ...(count ? { deprecatedCount: count } : {}),
  } as KubeObject;
}

function fromV1(event: KubeObject): KubeObject {
  const { metadata, eventTime, series, action, reason, related, type } = event;
  const core: Json = {
    kind: 'Event',
    apiVersion: 'v1',
    metadata,
    involvedObject: event.regarding ?? {},
    reason,
    message: event.note,
    source: event.deprecatedSource ?? {},
    firstTimestamp: event.deprecatedFirstTimestamp ?? null,
    lastTimestamp: event.deprecatedLastTimestamp ?? null,
    count: event.deprecatedCount,
    type,
    eventTime: eventTime ?? null,
    series,
    action,
    related,
    reportingComponent: event.reportingController ?? '',
    reportingInstance: event.reportingInstance ?? '',
  };
  for (const key of Object.keys(core))
    if (core[key] === undefined) delete core[key];
  return core;
}
