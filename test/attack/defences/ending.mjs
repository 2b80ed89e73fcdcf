// The end of the process cuts nothing that would come to its own end.
const BACKEND = 'plugins/app-store-backend/src';
const PROXY = 'plugins/app-store-gateway-backend/src';
/** @param {string} name */
const draining = name => ({
  jest: 'packages/backend/src/draining.test.ts',
  name,
});
/** @param {string} name */
const connections = name => ({
  jest: `${PROXY}/upstream/connections.test.ts`,
  name,
});

export default [
  {
    finding: '23',
    name: 'requests that are under way are waited for',
    file: 'packages/backend/src/draining.ts',
    from: 'while (underWay() && performance.now() < until) await sleep(LOOK_MS);',
    to: '',
    test: draining('23: closes what its plugins stand on'),
  },
  {
    finding: '23',
    name: 'a request is known by its whole address',
    file: 'packages/backend/src/draining.ts',
    from: 'response.headersSent && WAITS.test(open.get(response)!);',
    to: 'response.headersSent && WAITS.test(response.req.url!);',
    test: draining('23: waits neither for the event bus'),
  },
  {
    finding: '23',
    name: 'a WebSocket that comes back is not kept',
    file: 'packages/backend/src/draining.ts',
    from: 'if (ending) socket.destroy();',
    to: '',
    test: draining('23: waits neither for the event bus'),
  },
  {
    finding: '23',
    name: 'a stream that is opened at the end is none',
    file: `${BACKEND}/http/EventStreams.ts`,
    from: 'if (this.#ending) setImmediate(() => response.end());',
    to: '',
    test: {
      jest: `${BACKEND}/http/EventStreams.test.ts`,
      name: '23: end at once',
    },
  },
  {
    finding: '23',
    name: 'a log that is not followed is read to its end',
    file: `${BACKEND}/instances/routes.ts`,
    from: 'if (follow) streams.track(response);',
    to: 'streams.track(response);',
    test: {
      jest: `${BACKEND}/instances/routes.test.ts`,
      name: '23: comes to its end',
    },
  },
  {
    finding: '23',
    name: "apps' answers that are under way are waited for",
    file: `${PROXY}/server/GatewayServer.ts`,
    from: 'while (this.#answers.size && performance.now() < until)',
    to: 'if (until < 0)',
    test: connections('answers under way come to their end'),
  },
  {
    finding: '23',
    name: 'the last of an answer is sent before its connection ends',
    file: `${PROXY}/server/GatewayServer.ts`,
    from: 'NetServer.prototype.close.call(this.#server, () => resolve()),',
    to: 'this.#server.close(() => resolve()),',
    test: connections('the last of an answer is read'),
  },
  {
    finding: '23',
    name: 'sockets and event streams are not waited for',
    file: `${PROXY}/server/GatewayServer.ts`,
    from: 'this.#connections.closeEndless();',
    to: '',
    test: connections('neither event streams nor sockets are waited for'),
  },
];
