// A local cluster that serves the process that started it; see process/startLocalClusterProcess.test.ts.
const transform = '@backstage/cli/config/nodeTransform.cjs';
require(transform);
require('../process/serveParent').serveParent();
