// A local cluster that serves the process that started it; see process/startLocalClusterProcess.test.ts.
require('@backstage/cli/config/nodeTransform.cjs');
require('../process/serveParent').serveParent();
