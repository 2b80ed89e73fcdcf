/** `metrics.k8s.io`: what the node and its pods use, measured when it is asked for. */
import { methodNotAllowed, notFound } from '../registry/errors';
import type { Json, KubeObject } from '../types';
import { selectorOf } from './list';
import type { Usage } from './metricsSource';
import { negotiate } from './negotiate';
import { reply } from './reply';
import type { ServedRequest } from './serveResource';

function usageText({ cpu, memory }: Usage): Json {
  return {
    cpu: `${Math.round(cpu * 1e9)}n`,
    memory: `${Math.ceil(memory / 1024)}Ki`,
  };
}

/** What is measured of each object; of a pod that does not run, nothing. */
async function measured(
  { metrics, target }: ServedRequest,
  objects: KubeObject[],
): Promise<Array<[KubeObject, Json]>> {
  if (target.resource.plural === 'nodes') {
    const usage = objects.length ? usageText(await metrics.node()) : undefined;
    return objects.map(node => [node, { usage }]);
  }
  const usage = await metrics.pods(objects);
  return objects.flatMap(pod => {
    const containers = usage.get(pod.metadata.uid);
    if (!containers) return [];
    const list = [...containers].map(([name, its]) => ({
      name,
      usage: usageText(its),
    }));
    return [[pod, { containers: list }]];
  });
}

/** Answers for nodes and pods. @throws StatusError 404 for one that does not run, 405 for writes */
export async function serveMetrics(asked: ServedRequest): Promise<void> {
  const { request, response, registry, query } = asked;
  const { resource, namespace, name } = asked.target;
  if (request.method !== 'GET') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const { plural, kind } = resource;
  const apiVersion = 'metrics.k8s.io/v1beta1';
  const objects = registry.store
    .list(plural, namespace)
    .filter(selectorOf(resource, query))
    .filter(({ metadata }) => !name || metadata.name === name);
  const found = await measured(asked, objects);
  if (name && !found.length) throw notFound(resource, name);
  const timestamp = registry.timestamp();
  const items = found.map(([{ metadata }, usage]) => ({
    metadata: {
      name: metadata.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      creationTimestamp: timestamp,
      ...(metadata.labels ? { labels: metadata.labels } : {}),
    },
    timestamp,
    window: '1s',
    ...usage,
  }));
  const body = name
    ? { kind, apiVersion, ...items[0] }
    : { kind: `${kind}List`, apiVersion, metadata: {}, items };
  reply(response, 200, body, { form });
}
