const test = {
  jest: 'plugins/app-store-backend/src/recovery/recovery.test.ts',
  name: 'destroys nothing',
};

export default [
  {
    finding: '12',
    name: 'a restored database is noticed',
    file: 'plugins/app-store-backend/src/recovery/Epoch.ts',
    from: '    if (seen <= database) return;',
    to: '    if (seen < Infinity) return;',
    test,
  },
  {
    finding: '12',
    name: 'volumes are not purged meanwhile',
    file: 'plugins/app-store-backend/src/service/instances/InstanceLifecycle.ts',
    from: "    if (await this.#o.epoch.isHeld('cluster')) return 0;\n",
    to: '',
    test,
  },
  {
    finding: '12',
    name: 'nothing is deleted on request meanwhile',
    file: 'plugins/app-store-backend/src/recovery/Epoch.ts',
    from: '    if (await this.held())\n      throw',
    to: '    if (false)\n      throw',
    test,
  },
  {
    finding: '12',
    name: 'secrets without a row are kept meanwhile',
    file: 'plugins/app-store-backend/src/processors/SecretProcessor.ts',
    from: "    if (!found.size || (await this.#guard.isHeld('cluster'))) return;\n",
    to: '',
    test: {
      jest: 'plugins/app-store-backend/src/processors/SecretProcessor.test.ts',
      name: 'drops the object of a secret',
    },
  },
  {
    finding: '12',
    name: 'bundles without a row are kept meanwhile',
    file: 'plugins/app-store-backend/src/storage/sweepStores.ts',
    from: "  if (await guard.isHeld('bundles')) return;\n",
    to: '',
    test: {
      jest: 'plugins/app-store-backend/src/storage/Storage.test.ts',
      name: 'drops what no row speaks of',
    },
  },
  {
    finding: '12',
    name: 'what a restored backup ends is kept meanwhile',
    file: 'plugins/app-store-backend/src/processors/InstanceProcessor.ts',
    from: "      if (await this.#epoch.isHeld('cluster')) return HELD_LOOK_MS;\n",
    to: '',
    test: {
      jest: 'plugins/app-store-backend/src/processors/InstanceProcessor.test.ts',
      name: 'ends nothing that a restored backup says has ended',
    },
  },
  {
    finding: '12',
    name: 'an import that another one outran removes no bundle meanwhile',
    file: 'plugins/app-store-backend/src/service/apps/AppImport.ts',
    from: "if (unused && !(await epoch.isHeld('bundles')))",
    to: 'if (unused)',
    test: { ...test, name: 'keeps bundles that the backup lacks' },
  },
  {
    finding: '13',
    name: 'a claim that was there is not made again',
    file: 'plugins/app-store-backend/src/processors/InstanceCluster.ts',
    from: '    if (wasMade) throw new VolumeLost(claim.metadata!.name!);\n',
    to: '',
    test: {
      jest: 'plugins/app-store-backend/src/lostVolume.test.ts',
      name: 'no empty volume is made unasked',
    },
  },
  {
    finding: '12',
    name: 'a restoration goes with a new epoch',
    file: 'plugins/app-store-backend/src/recovery/Epoch.ts',
    from: '    await this.#count(place);\n    try {',
    to: '    try {',
    test: { ...test, name: 'lacks a restoration alone' },
  },
  {
    finding: '12',
    name: 'a database that is put back under a store that runs is noticed',
    file: 'plugins/app-store-backend/src/recovery/Epoch.ts',
    from: '    try {\n      await this.#compare(place);\n    } catch',
    to: '    try {\n    } catch',
    test: { ...test, name: 'put back under a store that runs' },
  },
];
