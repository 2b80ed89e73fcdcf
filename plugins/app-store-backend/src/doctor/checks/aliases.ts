/** Each alias has its Ingress or HTTPRoute, where an operator asks for that. */
import type { AliasCluster } from '../../kubernetes/AliasCluster';
import type {
  AliasProcessor,
  RouteFault,
} from '../../reconcile/AliasProcessor';
import { shown, UNKNOWN, type Check } from '../Check';

const WORDS: Record<RouteFault['what'], string> = {
  missing: 'is missing',
  different: 'differs from what it should be',
  unwanted: 'has no alias',
  unlisted: 'its host name is no longer in appStore.aliases.hosts',
};
const ACTIONS: Record<RouteFault['what'], string> = {
  missing: 'create',
  different: 'apply',
  unwanted: 'delete',
  unlisted: 'delete',
};

/** What a Gateway says of a route that it does not take. https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus */
function refusals({ seen }: Pick<AliasCluster, 'seen'>) {
  return [...seen.values()].flatMap(object => {
    const { status } = object as {
      status?: {
        parents?: Array<{
          parentRef?: { name?: string };
          conditions?: Array<{
            type: string;
            status: string;
            message?: string;
          }>;
        }>;
      };
    };
    return (status?.parents ?? []).flatMap(({ parentRef, conditions = [] }) =>
      conditions
        .filter(
          ({ type, status: value }) =>
            value === 'False' && ['Accepted', 'ResolvedRefs'].includes(type),
        )
        .map(({ type, message }) => ({
          source: `${object.kind} ${object.metadata!.name}`,
          message: `Gateway ${parentRef?.name}: not ${type}: ${message ?? ''}`,
        })),
    );
  });
}

export function aliasesCheck(options: {
  processor: Pick<AliasProcessor, 'faults' | 'look'>;
  cluster: Pick<AliasCluster, 'kind' | 'seen' | 'unread'>;
}): Check {
  const { processor, cluster } = options;
  return {
    id: 'aliases',
    title: `Each alias has its ${cluster.kind}`,
    async look() {
      const unread = cluster.unread();
      if (unread)
        return {
          ...UNKNOWN,
          ...(unread.error
            ? {
                state: 'FAILED',
                remedy:
                  'The store must be allowed to read these objects in the namespace of the gateway, and the cluster must know their kind.',
                evidence: [
                  { source: cluster.kind, message: unread.error.message },
                ],
              }
            : {}),
        };
      const faults = await processor.faults();
      const refused = refusals(cluster);
      if (!faults.length && !refused.length)
        return { state: 'OK', message: 'Nothing is missing or differs.' };
      return {
        state: 'WARNING',
        message: [
          ...(faults.length
            ? [`${faults.length} of the objects are not as they should be.`]
            : []),
          ...(refused.length
            ? [`A Gateway does not take ${refused.length} of them.`]
            : []),
        ].join(' '),
        remedy: faults.length
          ? 'The store repairs them automatically within seconds. If they stay, the evidence says why.'
          : 'Check the listeners of the Gateway: their host names, and which namespaces they take routes from.',
        evidence: shown([
          ...faults.map(({ aliasId, name, what, error }) => ({
            source: `Alias ${name ?? aliasId}`,
            message: `${cluster.kind} a-${aliasId}: ${WORDS[what]}${
              error ? `: ${error}` : ''
            }`,
          })),
          ...refused,
        ]),
        ...(faults.length ? {} : { repairable: false as const }),
      };
    },
    async repair(dryRun) {
      const faults = await processor.faults();
      if (!dryRun) await processor.look();
      return faults.map(({ aliasId, name, what }) => ({
        name: `Alias ${name ?? aliasId}`,
        action: `${ACTIONS[what]} ${cluster.kind} a-${aliasId}`,
      }));
    },
  };
}
