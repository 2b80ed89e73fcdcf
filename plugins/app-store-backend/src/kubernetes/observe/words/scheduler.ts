/**
 * What the scheduler says, in words for people. It counts nodes for each reason:
 * "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …"
 */

/** A reason, and how many nodes it holds for. */
export interface NodeReason {
  kind:
    | 'resources'
    | 'selector'
    | 'closed'
    | 'port'
    | 'volume'
    | 'zone'
    | 'other';
  text: string;
  nodes?: number;
}

const RESOURCES: Record<string, string> = {
  cpu: 'CPU',
  memory: 'memory',
  'ephemeral-storage': 'disk space',
  pods: 'room for more pods',
};

/** Taints that Kubernetes itself sets. https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const OWN_TAINTS: Record<string, string> = {
  'node.kubernetes.io/unschedulable': 'closed for new pods (cordoned)',
  'node.kubernetes.io/unreachable': 'no answer',
  'node.kubernetes.io/not-ready': 'not ready',
  'node.kubernetes.io/memory-pressure': 'short of memory',
  'node.kubernetes.io/disk-pressure': 'short of disk space',
  'node.kubernetes.io/pid-pressure': 'short of process ids',
  'node.kubernetes.io/network-unavailable': 'no network',
  'node.cloudprovider.kubernetes.io/uninitialized': 'not set up yet',
  'node.kubernetes.io/out-of-service': 'out of service',
  // Of autoscalers, while a node comes or goes.
  ToBeDeletedByClusterAutoscaler: 'being removed',
  DeletionCandidateOfClusterAutoscaler: 'being removed',
  'karpenter.sh/disrupted': 'being replaced',
  'karpenter.sh/disruption': 'being replaced',
  'karpenter.sh/unregistered': 'not set up yet',
};

/** What networks and storage drivers take away once they run on a node. */
const STARTUP_TAINT = /agent-not-ready$|startup-taint|not-ready$/;

const PATTERNS: Array<
  [RegExp, (found: RegExpExecArray) => Omit<NodeReason, 'nodes'>]
> = [
  [
    /^Insufficient (.+)$/,
    ([, what]) => ({
      kind: 'resources',
      text: `too little free ${RESOURCES[what] ?? what}`,
    }),
  ],
  [
    /^Too many pods$/,
    () => ({ kind: 'resources', text: 'no room for more pods' }),
  ],
  [
    /affinity\/selector|pod affinity|anti-affinity|topology spread/,
    ([reason]) => ({
      kind: 'selector',
      text: /affinity\/selector/.test(reason)
        ? 'other labels than the app asks for'
        : 'the rules about other pods do not fit',
    }),
  ],
  [
    /taint \{([^:}]+):? ?([^}]*)\}/,
    ([, key, value]) =>
      Object.hasOwn(OWN_TAINTS, key) || STARTUP_TAINT.test(key)
        ? { kind: 'closed', text: OWN_TAINTS[key] ?? 'not ready' }
        : {
            kind: 'selector',
            text: `reserved by the taint ${key}${value ? `=${value}` : ''}`,
          },
  ],
  [
    // Which ones is not said from Kubernetes 1.34 on.
    /untolerated taint\(s\)/,
    () => ({ kind: 'selector', text: 'reserved or closed by taints' }),
  ],
  [
    /were unschedulable/,
    () => ({ kind: 'closed', text: 'closed for new pods (cordoned)' }),
  ],
  [/free ports/, () => ({ kind: 'port', text: 'the port is taken' })],
  [
    /available persistent volumes to bind/,
    () => ({
      kind: 'volume',
      text: 'no volume is available that it could use',
    }),
  ],
  [
    /volume node affinity conflict|PersistentVolume's node affinity/,
    () => ({ kind: 'zone', text: 'its volume is bound to other nodes' }),
  ],
  [
    /ReadWriteOncePod/,
    () => ({ kind: 'volume', text: 'another pod has its volume' }),
  ],
  [
    /enough free storage/,
    () => ({ kind: 'volume', text: 'no node has enough free storage for it' }),
  ],
  [
    /exceed max volume count/,
    () => ({ kind: 'volume', text: 'the nodes can attach no more volumes' }),
  ],
];

/** Reasons of a condition `Unschedulable` or an event `FailedScheduling`. */
export function nodeReasons(message: string): NodeReason[] {
  const [, list = message] =
    /nodes are available: (.*?)\.?(?: (?:preemption:|no new claims to deallocate,?) .*|\. no new claims to deallocate.*)?$/s.exec(
      message,
    ) ?? [];
  return list
    .split(/, (?=\d+ )/)
    .map(part => part.trim().replace(/\.$/, ''))
    .filter(Boolean)
    .map(part => {
      const [, count, text] = /^(\d+) (?:node\(s\) )?(.*)$/s.exec(part) ?? [
        '',
        undefined,
        part,
      ];
      const nodes = count === undefined ? {} : { nodes: Number(count) };
      for (const [pattern, words] of PATTERNS) {
        const match = pattern.exec(text!);
        if (match) return { ...words(match), ...nodes };
      }
      return { kind: 'other' as const, text: text!, ...nodes };
    });
}

/** Reasons of one kind as a part of a sentence. */
export function reasonsInWords(reasons: NodeReason[]): string {
  return reasons
    .map(({ kind, text, nodes }) =>
      nodes === undefined || kind === 'volume' || kind === 'zone'
        ? text
        : `${text} (${nodes} ${nodes === 1 ? 'node' : 'nodes'})`,
    )
    .join('; ');
}
