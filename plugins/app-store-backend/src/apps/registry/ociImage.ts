/**
 * The content of an app as an OCI image of one layer, so that the nodes of a cluster can mount it. The layer is
 * the tar stream that the app's digest was taken of; the rest depends on nothing but that digest and its length.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md
 */
import { createHash } from 'node:crypto';

const MEDIA_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** A document of an image. */
export interface OciDocument {
  mediaType: string;
  /** `sha256:` and the digest, hexadecimal. */
  digest: string;
  body: Buffer;
}

/** An image of one layer. */
export interface OciImage {
  manifest: OciDocument;
  config: OciDocument;
  layer: { mediaType: string; digest: string; size: number };
}

function document(mediaType: string, content: object): OciDocument {
  const body = Buffer.from(JSON.stringify(content));
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return { mediaType, digest, body };
}

function descriptor({ mediaType, digest, body }: OciDocument) {
  return { mediaType, digest, size: body.length };
}

/**
 * The image of a content.
 *
 * @param content - `digest`: SHA-256 of the tar stream, hexadecimal; `size`: its length in bytes
 */
export function ociImage(content: { digest: string; size: number }): OciImage {
  const layer = {
    mediaType: MEDIA_TYPES.layer,
    digest: `sha256:${content.digest}`,
    size: content.size,
  };
  // Files run nowhere by themselves: the platform is a form that has to be filled in.
  const config = document(MEDIA_TYPES.config, {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = document(MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: descriptor(config),
    layers: [layer],
  });
  return { manifest, config, layer };
}
