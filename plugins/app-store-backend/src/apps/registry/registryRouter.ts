/**
 * What container runtimes ask a registry for when they pull: of the OCI distribution specification, the part for
 * readers. https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pull
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import express, { type Request, type Response } from 'express';
import Router from 'express-promise-router';
import { pipeline } from 'node:stream/promises';
import { withoutPass } from '../../kubernetes/observe/words/images';
import {
  REPOSITORY,
  type ContentImage,
  type ContentRegistry,
} from './ContentRegistry';
import type { OciDocument } from './ociImage';

/** Ids of apps; the database takes nothing else for one. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type ErrorCode = 'BLOB_UNKNOWN' | 'MANIFEST_UNKNOWN' | 'NAME_UNKNOWN';

const MESSAGES: Record<ErrorCode, string> = {
  BLOB_UNKNOWN: 'The image has no such part.',
  MANIFEST_UNKNOWN: 'The image has no such manifest.',
  NAME_UNKNOWN:
    'There is no such image: the app was deleted, or the name is not one that this store gave.',
};

function refuse(response: Response, code: ErrorCode): void {
  response
    .status(404)
    .json({ errors: [{ code, message: MESSAGES[code], detail: {} }] });
}

function headers(
  response: Response,
  part: { mediaType: string; digest: string },
  size: number,
): void {
  response.set({
    'content-type': part.mediaType,
    'content-length': String(size),
    'docker-content-digest': part.digest,
    'cache-control': 'no-store, no-transform',
  });
}

function send(request: Request, response: Response, part: OciDocument): void {
  headers(response, part, part.body.length);
  response.end(request.method === 'HEAD' ? undefined : part.body);
}

export function createRegistryRouter(options: {
  registry: ContentRegistry;
  logger: LoggerService;
}): express.Router {
  const { registry, logger } = options;
  const router = Router();
  router.use((request, response, next) => {
    // It stands in the log of requests.
    request.originalUrl = withoutPass(request.originalUrl);
    response.set('docker-distribution-api-version', 'registry/2.0');
    next();
  });
  router.get('/', (_request, response) => {
    response.json({});
  });

  const find = async (
    request: Request,
    response: Response,
  ): Promise<ContentImage | undefined> => {
    const { appId, pass } = request.params;
    const found = UUID.test(appId)
      ? await registry.find(appId, pass)
      : undefined;
    if (!found) refuse(response, 'NAME_UNKNOWN');
    return found;
  };
  const image = `/${REPOSITORY}/:appId/:pass`;

  router.get(`${image}/manifests/:reference`, async (request, response) => {
    const found = await find(request, response);
    if (!found) return;
    const { manifest } = found.image;
    if (request.params.reference !== manifest.digest)
      refuse(response, 'MANIFEST_UNKNOWN');
    else send(request, response, manifest);
  });

  router.get(`${image}/blobs/:digest`, async (request, response) => {
    const found = await find(request, response);
    if (!found) return;
    const { config, layer } = found.image;
    const { digest } = request.params;
    if (digest === config.digest) {
      send(request, response, config);
      return;
    }
    if (digest !== layer.digest) {
      refuse(response, 'BLOB_UNKNOWN');
      return;
    }
    if (request.method === 'HEAD') {
      headers(response, layer, layer.size);
      response.end();
      return;
    }
    const { id, name, version } = found.app;
    const failed = (error: Error) =>
      logger.warn(
        `a node did not get the content of the app ${name} ${version} (${id}): ${error.message}`,
      );
    const content = await registry.layer(found.app).catch(error => {
      failed(error);
      throw error;
    });
    try {
      headers(response, layer, layer.size);
      await pipeline(content.stream, response);
    } catch (error) {
      // Whoever pulls may go away, and comes again.
      if (!request.destroyed) failed(error as Error);
      response.destroy();
    } finally {
      await content.close();
    }
  });

  router.use((_request, response) => refuse(response, 'NAME_UNKNOWN'));
  router.use(
    (_error: Error, _request: Request, response: Response, _next: unknown) => {
      response.status(503).json({
        errors: [
          {
            code: 'UNAVAILABLE',
            message: 'The store cannot read the app at the moment.',
            detail: {},
          },
        ],
      });
    },
  );
  return router;
}
