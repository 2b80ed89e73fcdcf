/**
 * What the scheduler says, in words for people. It counts nodes for each reason:
 * "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …"
 */

/** A reason, and how many nodes it holds for. */
export interface NodeReason {
  kind: 'resources' | 'selector' | 'closed' | 'port' | 'volume' | 'other';
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
};

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
      Object.hasOwn(OWN_TAINTS, key)
        ? { kind: 'closed', text: OWN_TAINTS[key] }
        : {
            kind: 'selector',
            text: `reserved by the taint ${key}${value ? `=${value}` : ''}`,
          },
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
    /volume node affinity conflict/,
    () => ({ kind: 'volume', text: 'its volume is bound to other nodes' }),
  ],
  [
    /exceed max volume count/,
    () => ({ kind: 'volume', text: 'the nodes can attach no more volumes' }),
  ],
];

/** Reasons of a condition `Unschedulable` or an event `FailedScheduling`. */
export function nodeReasons(message: string): NodeReason[] {
  const [, list = message] =
    /nodes are available: (.*?)\.?(?: preemption: .*)?$/s.exec(message) ?? [];
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
      nodes === undefined || kind === 'volume'
        ? text
        : `${text} (${nodes} ${nodes === 1 ? 'node' : 'nodes'})`,
    )
    .join('; ');
}
