// Starts Node-RED with its user directory on the app's volume.
const { createServer } = require('node:http');
const express = require('express');
const RED = require('node-red');

const port = Number(process.env.PORT || 8080);
const app = express();
const server = createServer(app);

RED.init(server, {
  uiPort: port,
  httpAdminRoot: '/',
  httpNodeRoot: '/api',
  userDir: process.env.APP_STORE_VOLUME_PATH || '/data',
  // Without a fixed key Node-RED makes one and keeps it in the user directory.
  flowFile: 'flows.json',
  flowFilePretty: true,
  functionGlobalContext: {},
  editorTheme: { tours: false, projects: { enabled: false } },
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
});
app.use('/', RED.httpAdmin);
app.use('/api', RED.httpNode);

RED.start().then(() =>
  server.listen(port, () => console.log(`Node-RED listens on port ${port}`)),
);

process.on('SIGTERM', () => RED.stop().then(() => process.exit(0)));
