/**
 * A Dockerfile for one app with all that it needs: for places that no store and no
 * package index is reached from (specification 5, air-gapped output).
 */
import type { AppManifest } from '@ai-app-store/backstage-plugin-app-store-common';
import { CliError } from './errors';

/** The image of a mode; see `deploy/images`. */
const BASE = {
  node: 'ai-app-store/runtime-node:24',
  static: 'ai-app-store/runtime-node:24',
  python: 'ai-app-store/runtime-python:3',
  wave: 'ai-app-store/runtime-python:3',
};

/**
 * The Dockerfile of an app.
 *
 * @param bundle - the bundle's file, beside the Dockerfile
 * @throws CliError for apps that run no code of a bundle
 */
export function dockerfile(manifest: AppManifest, bundle: string): string {
  const { mode, module = '', port } = manifest.runtime;
  if (manifest.lifecycle === 'LINK' || mode === 'container')
    throw new CliError(
      'A LINK or container app has no code of its own, so no image can be built from it.',
      { code: 'NO_CODE', remedy: 'Leave out --generate-dockerfile.' },
    );
  const env: Record<string, string> = {
    H2O_CLOUD_APP_ROOT: '/app',
    ...(mode === 'python' || mode === 'wave'
      ? { H2O_CLOUD_VENV_PATH: '/resources/venv', H2O_CLOUD_PY_MODULE: module }
      : {}),
    ...(mode === 'wave'
      ? {
          H2O_WAVE_LISTEN: `:${port}`,
          H2O_WAVE_ADDRESS: `http://127.0.0.1:${port}`,
          H2O_WAVE_APP_ADDRESS: 'http://127.0.0.1:8000',
        }
      : {}),
    APP_STORE_APP_MODE: mode,
    APP_STORE_APP_MODULE: module,
    PORT: String(port),
    // What app.toml sets to a literal; secrets come from whoever runs the image.
    ...Object.fromEntries(
      manifest.env
        .filter(entry => entry.value !== undefined)
        .map(entry => [entry.name, entry.value!]),
    ),
  };
  const quote = (text: string) => JSON.stringify(text).replaceAll('$', '\\$');
  return `# syntax=docker/dockerfile:1
# ${manifest.name} ${manifest.version}, with its environment.
# Build beside the bundle: docker build -f THIS_FILE .
ARG BASE=${BASE[mode]}
FROM \${BASE}
USER root
RUN mkdir -p /app /resources && chown app:app /app /resources
USER app
ENV ${Object.entries(env)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(' \\\n    ')}
WORKDIR /app
COPY --chown=app:app ${JSON.stringify([bundle, '/tmp/bundle.zip'])}
RUN unzip -q /tmp/bundle.zip -d /app && app-store-entry dependencies
EXPOSE ${port}
CMD ${JSON.stringify(
    mode === 'node' ? ['node', module] : ['app-store-entry', 'start'],
  )}
`;
}
