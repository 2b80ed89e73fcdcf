// A cluster in a process of its own, for a test that kills it.
const { LocalCluster } = require('..');

LocalCluster.start({
  directory: process.argv[2],
  images: { 'local/node': { mounts: [], path: [] } },
}).then(cluster => {
  process.send(cluster.kubeconfig);
  process.on('message', () => cluster.stop(500).then(() => process.exit(0)));
});
