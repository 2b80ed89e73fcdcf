/** Answers with objects in the form that is asked for: themselves, a table, or their metadata. */
import { shownAs } from '../registry/storedForm';
import { partial, tableOf, type IncludeObject } from '../table/table';
import type { Json, KubeObject } from '../types';
import { listObject, type readList } from './list';
import type { Form } from './negotiate';
import { reply } from './reply';
import type { ServedRequest } from './serveResource';

export function includeObject(query: URLSearchParams): IncludeObject {
  return (query.get('includeObject') as IncludeObject) ?? 'Metadata';
}

export function replyList(
  asked: ServedRequest,
  found: Awaited<ReturnType<typeof readList>>,
  form: Form,
): void {
  const { response, query } = asked;
  const { resource } = asked.target;
  const { metadata, items } = found;
  let body: Json;
  if (form.as === 'Table')
    body = tableOf(resource.columns, items, {
      metadata,
      includeObject: includeObject(query),
      now: Date.now(),
    });
  else if (form.as)
    body = {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      // As the real API server answers where there are none.
      items: items.length ? items.map(partial) : null,
    };
  else
    body = listObject(resource, {
      ...found,
      items: items.map(item => shownAs(resource, item)),
    });
  reply(response, 200, body, { form });
}

export function replyObject(
  asked: ServedRequest,
  code: number,
  object: KubeObject,
  form: Form,
  warnings: string[] = [],
): void {
  const { response, query } = asked;
  const { resource } = asked.target;
  let body: Json = object;
  if (object.kind === resource.kind) body = shownAs(resource, object);
  if (object.kind === 'Status') body = object;
  else if (form.as === 'Table')
    body = tableOf(resource.columns, [object], {
      metadata: { resourceVersion: object.metadata.resourceVersion },
      includeObject: includeObject(query),
      now: Date.now(),
    });
  else if (form.as) body = partial(object);
  reply(response, code, body, { form, warnings });
}
