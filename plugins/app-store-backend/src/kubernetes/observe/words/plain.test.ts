import { plain } from './plain';

it.each([
  [
    'rpc error: code = Internal desc = Could not create volume "pvc-1": VolumeLimitExceeded',
    'Could not create volume "pvc-1": VolumeLimitExceeded',
  ],
  [
    'mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs nfs.example.com:/x /var/lib/kubelet/pods/0b1c2d3e-0000-4000-8000-000000000000/volumes/x\nOutput: mount.nfs: access denied by server while mounting nfs.example.com:/x\n',
    'mount.nfs: access denied by server while mounting nfs.example.com:/x',
  ],
  [
    "'fsck' found errors on device /dev/nvme1n1 but could not correct them: fsck from util-linux 2.39\n/dev/nvme1n1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n",
    '/dev/nvme1n1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY',
  ],
  [
    'persistentvolumeclaims "i-0b1c2d3e-0000-4000-8000-000000000000-data" cannot be resized by system:serviceaccount:apps:store',
    'persistentvolumeclaims of the instance cannot be resized by the store',
  ],
  [
    'time="2026-11-25T15:30:04Z" level=error msg="runc create failed: exec: \\"gunicorn\\": not found"',
    'runc create failed: exec: "gunicorn": not found',
  ],
  [`image a@sha256:${'a'.repeat(64)}.`, `image a@sha256:${'a'.repeat(64)}`],
])('15: %s', (message, expected) => {
  expect(plain(message)).toBe(expected);
});
