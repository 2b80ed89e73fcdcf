const file = 'plugins/app-store-backend/src/kubernetes/client/FencedObjects.ts';
/** @param {string} name */
const test = name => ({
  jest: 'plugins/app-store-backend/src/reconcile/stalledWorker.test.ts',
  name,
});

export default [
  {
    finding: '14',
    name: 'the lease is checked between the look and the write',
    file,
    from: 'if (!(await stillMine())) throw new LeaseLost();',
    to: '',
    test: test('does not resume what was suspended again'),
  },
  {
    finding: '14',
    name: 'an apply names the uid and the version that were read',
    file,
    from: 'metadata: { ...object.metadata, uid, resourceVersion },',
    to: 'metadata: object.metadata,',
    test: test('does not resume what was suspended again'),
  },
  {
    finding: '14',
    name: 'what was created past the lease is taken away again',
    file,
    from: 'await Promise.all(made.map(object => this.#takeBack(object)));',
    to: '',
    test: test('launches nothing that was terminated'),
  },
  {
    finding: '14',
    name: 'what another worker took over is not taken away',
    file,
    from: '        !isOnlyCreated(found)\n',
    to: '        false\n',
    test: test('does not start what was suspended'),
  },
  {
    finding: '14',
    name: 'a deletion names the uid',
    file: 'plugins/app-store-backend/src/kubernetes/client/KubeApi.ts',
    from: '          preconditions,\n',
    to: '',
    test: test('deletes nothing that was restored'),
  },
  {
    finding: '14',
    name: 'what was restored at once has another version, and is not deleted',
    file: 'plugins/app-store-backend/src/kubernetes/manifests/ofLaunch.ts',
    from: '[LAUNCH_ANNOTATION]: String(launch),',
    to: '',
    test: test('deletes nothing that was restored at once'),
  },
];
