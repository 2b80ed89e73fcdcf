import { nodeReasons } from './scheduler';

it.each([
  [
    '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    [['resources', 3]],
  ],
  [
    '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient memory. no new claims to deallocate, preemption: 0/4 nodes are available.',
    [
      ['selector', 1],
      ['resources', 3],
    ],
  ],
  [
    "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity. no new claims to deallocate.",
    [['zone', 2]],
  ],
  [
    '0/2 nodes are available: 1 node(s) had untolerated taint {ToBeDeletedByClusterAutoscaler: 1732546000}, 1 node(s) had untolerated taint {node.cilium.io/agent-not-ready: }. preemption: 0/2 nodes are available.',
    [
      ['closed', 1],
      ['closed', 1],
    ],
  ],
  [
    '0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.',
    [['volume', 1]],
  ],
  [
    '0/1 nodes are available: 1 node(s) did not have enough free storage.',
    [['volume', 1]],
  ],
])('15: %s', (message, expected) => {
  expect(nodeReasons(message).map(({ kind, nodes }) => [kind, nodes])).toEqual(
    expected,
  );
});
