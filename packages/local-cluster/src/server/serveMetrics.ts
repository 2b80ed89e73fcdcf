/** `metrics.k8s.io`: what the node and its pods use, measured when it is asked for. */
import { loadavg, freemem, totalmem } from 'node:os';
import { methodNotAllowed, notFound } from '../registry/errors';
import { negotiate } from './negotiate';
import { selectorOf } from './list';
import { reply } from './reply';
import type { ServedRequest } from './serveResource';
import type { Usage } from './streams';
import type { Json, KubeObject } from '../types';

function usageText({ cpu, memory }: Usage): Json {
  return {
    cpu: `${Math.max(0, Math.round(cpu * 1e9))}n`,
    memory: `${Math.ceil(memory / 1024)}Ki`,
  };
}

/** Answers for nodes and pods. */
export async function serveMetrics(asked: ServedRequest): Promise<void> {
  const { request, response, registry, query } = asked;
  const { resource, namespace, name } = asked.target;
  if (request.method !== 'GET') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const { plural, kind } = resource;
  const found = registry.store
    .list(plural, namespace)
    .filter(selectorOf(resource, query))
    .filter(object => plural === 'nodes' || object.status?.phase === 'Running')
    .filter(object => !name || object.metadata.name === name);
  if (name && !found.length) throw notFound(resource, name);
  const timestamp = registry.timestamp();
  const items = await Promise.all(
    found.map(async object => {
      const { labels, namespace: its, name: called } = object.metadata;
      return {
        kind,
        apiVersion: 'metrics.k8s.io/v1beta1',
        metadata: {
          name: called,
          ...(its ? { namespace: its } : {}),
          creationTimestamp: timestamp,
          ...(labels ? { labels } : {}),
        },
        timestamp,
        window: '15s',
        ...(plural === 'nodes'
          ? { usage: usageText(nodeUsage()) }
          : { containers: await containersOf(asked, object) }),
      };
    }),
  );
  reply(
    response,
    200,
    name
      ? items[0]
      : {
          kind: `${kind}List`,
          apiVersion: 'metrics.k8s.io/v1beta1',
          metadata: {},
          items: items.map(({ kind: _, apiVersion: __, ...item }) => item),
        },
    { form },
  );
}

function nodeUsage(): Usage {
  return { cpu: loadavg()[0], memory: totalmem() - freemem() };
}

async function containersOf(
  { streams }: ServedRequest,
  pod: KubeObject,
): Promise<Json[]> {
  const usage = await streams.usageOf(pod);
  return pod.spec.containers.map((container: Json) => ({
    name: container.name,
    usage: usageText(usage.get(container.name) ?? { cpu: 0, memory: 0 }),
  }));
}
