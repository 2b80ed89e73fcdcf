// A cluster in a process of its own, for a test that kills it: `killable.js DIRECTORY [no-pods]`.
const { startLocalCluster } = require('..');

const [directory, noPods] = process.argv.slice(2);

startLocalCluster({
  directory,
  images: { 'local/node': { mounts: [], path: [] } },
  pods: noPods !== 'no-pods',
}).then(
  cluster => {
    process.send(cluster.kubeconfig);
    process.on('message', () => cluster.stop(500).then(() => process.exit(0)));
  },
  error => {
    process.send(`error: ${error.message}`);
    // As a portal that takes its time to end.
    setTimeout(() => process.exit(1), 1500);
  },
);
