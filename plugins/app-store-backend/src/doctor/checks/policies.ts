/** The cluster enforces the network policies that the store makes. */
import type { Check } from '../Check';
import type { PolicyEnforcement } from '../PolicyEnforcement';

const TITLE = 'The cluster enforces network policies';
const REMEDY =
  'Install a network plugin that enforces NetworkPolicies, such as Calico or Cilium. Until then apps reach each other past the gateway, and whatever the network of the cluster leads to. A policy of your own that opens the API of the cluster to all pods of the namespace looks the same.';

export function policiesCheck(
  enforcement: Pick<PolicyEnforcement, 'known' | 'try'>,
): Check {
  return {
    id: 'network-policies',
    title: TITLE,
    banner: 'The cluster does not enforce network policies',
    async look() {
      const known = await enforcement.known();
      if (!known)
        return {
          state: 'WARNING',
          message: 'It has not been tried yet.',
          remedy: 'The store tries it minutes after its start, then daily.',
        };
      const evidence = [{ source: 'Two pods', message: known.message }];
      if (known.result === 'ENFORCED')
        return {
          state: 'OK',
          message: `It did on ${known.at.slice(0, 16).replace('T', ' ')} UTC.`,
          evidence,
        };
      return known.result === 'NOT_ENFORCED'
        ? {
            state: 'FAILED',
            message: 'It does not: apps are not kept apart.',
            remedy: REMEDY,
            evidence,
          }
        : {
            state: 'WARNING',
            message: 'It could not be found out.',
            remedy:
              'The store tries it again each hour. Look at what keeps its pods from starting.',
            evidence,
          };
    },
    async repair(dryRun) {
      if (!dryRun) await enforcement.try(AbortSignal.timeout(180_000));
      return [
        {
          name: 'Network policies',
          action: 'try with two pods, about half a minute',
        },
      ];
    },
  };
}
