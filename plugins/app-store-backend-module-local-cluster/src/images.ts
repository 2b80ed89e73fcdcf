/** What image names stand for on this machine: its Node.js, npm and Python, and the entry program. */
import type { LocalImage } from '@ai-app-store/local-cluster';
import http from 'node:http';
import { ENTRY_DIRECTORY, entryModules } from '@ai-app-store/runtime-entry';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython } from './python';

const NODE = '/opt/app-store/node';
const NPM = '/opt/app-store/npm';
const TOOLS = '/opt/app-store/bin';
const PROXY = 'proxy.cjs';
/** Sets the proxy when a program first asks for something, and not before. */
const PROXY_SCRIPT = `'use strict';
const http = require('node:http');
let set = false;
function ready() {
  if (set) return;
  set = true;
  http.setGlobalProxyFromEnv();
}
function lazily(target, name) {
  const original = target[name];
  target[name] = function (...args) {
    ready();
    return original.apply(this, args);
  };
}
lazily(http, 'request');
lazily(http, 'get');
lazily(globalThis, 'fetch');
const module_ = require('node:module');
module_.registerHooks({
  resolve(specifier, context, next) {
    if (/^(node:)?https$|^undici$/.test(specifier)) ready();
    return next(specifier, context);
  },
});
module_.syncBuiltinESMExports();
`;
const AUTHORITIES = 'ca-certificates.crt';

/** The image whose interpreter is the portal's own Node.js. */
const NODE_IMAGE = 'ai-app-store/runtime-node';

/** The image whose interpreter is this machine's Python. */
const PYTHON_IMAGE = 'ai-app-store/runtime-python';

/** The directory of npm: of the one that started the portal, or of the one beside Node.js. */
function findNpm(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const candidates = [
    env.APP_STORE_NPM,
    env.npm_execpath?.endsWith('npm-cli.js')
      ? dirname(dirname(env.npm_execpath))
      : undefined,
    join(dirname(dirname(process.execPath)), 'lib/node_modules/npm'),
    '/usr/lib/node_modules/npm',
    '/usr/local/lib/node_modules/npm',
    '/usr/share/nodejs/npm',
  ];
  return candidates.find((path): path is string =>
    Boolean(path && existsSync(join(path, 'bin/npm-cli.js'))),
  );
}

function script(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/**
 * The images, with the entry program and a small one that starts npm.
 *
 * @param directory - where these are put
 */
export function localImages(directory: string): Record<string, LocalImage> {
  // What an earlier release put there is not a tool of this one.
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const nodeHome = dirname(dirname(realpathSync(process.execPath)));
  const npm = findNpm();
  // A machine whose connections are inspected trusts a further authority; its pods need to as well.
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  const trusted: Record<string, string> =
    authorities && existsSync(authorities)
      ? {
          NODE_EXTRA_CA_CERTS: `${TOOLS}/${AUTHORITIES}`,
          SSL_CERT_FILE: `${TOOLS}/${AUTHORITIES}`,
        }
      : {};
  if (authorities && existsSync(authorities))
    copyFileSync(authorities, join(directory, AUTHORITIES));
  // Together in one place: each mount makes every start of a container longer.
  cpSync(ENTRY_DIRECTORY, directory, { recursive: true });
  for (const [name, source] of Object.entries(entryModules()))
    cpSync(source, join(directory, 'node_modules', name), { recursive: true });
  if (npm)
    script(
      join(directory, 'npm'),
      `#!/bin/sh\nexec node ${NPM}/bin/npm-cli.js "$@"\n`,
    );
  // The variable for it makes every start a third longer, whether or not anything is asked for.
  const lazily = 'setGlobalProxyFromEnv' in http;
  if (lazily) writeFileSync(join(directory, PROXY), PROXY_SCRIPT);
  const proxied: Record<string, string> = lazily
    ? { NODE_OPTIONS: `--require ${TOOLS}/${PROXY}` }
    : { NODE_USE_ENV_PROXY: '1' };
  const node: LocalImage = {
    mounts: [
      // Node.js of a system lies in /usr/bin, which every container shows already.
      { source: join(nodeHome, 'bin'), target: `${NODE}/bin` },
      { source: directory, target: TOOLS },
      ...(npm ? [{ source: realpathSync(npm), target: NPM }] : []),
    ],
    path: [TOOLS, `${NODE}/bin`],
    // Node.js follows the proxy that leads out of a pod, from its first request on.
    env: {
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      ...proxied,
      ...trusted,
    },
  };
  const python = findPython();
  return {
    [NODE_IMAGE]: node,
    [PYTHON_IMAGE]: {
      ...node,
      // At the place that it was built for, which its environments point to.
      mounts: [
        ...node.mounts,
        ...(python && !python.prefix.startsWith('/usr')
          ? [{ source: python.prefix, target: python.prefix }]
          : []),
      ],
      path: [...(python ? [join(python.prefix, 'bin')] : []), ...node.path],
      env: {
        ...node.env,
        ...(trusted.SSL_CERT_FILE ? { PIP_CERT: trusted.SSL_CERT_FILE } : {}),
      },
      ...(python
        ? {}
        : { unavailable: 'this machine has no Python 3.8 or newer with venv' }),
    },
  };
}
