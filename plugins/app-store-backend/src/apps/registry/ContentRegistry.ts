/**
 * The registry from which the nodes of the cluster pull what apps consist of. The name of an image is made of the
 * app's id and a pass: a keyed hash that nobody can guess, and that only the specification of a pod shows. Whoever
 * knows it has been let in to exactly that content; nothing has to be written into the cluster for it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { AppRecord, AppRepository } from '../AppRepository';
import { ociImage, type OciImage } from './ociImage';

/** The part of the name of every image that comes first, after the host. */
export const REPOSITORY = 'app-store';

/** What is known of an app's image. */
export interface ContentImage {
  app: AppRecord;
  image: OciImage;
}

interface ContentStream {
  stream: Readable;
  close(): Promise<void>;
}

/** Names images, and finds them by their names. */
export class ContentRegistry {
  readonly #host: string | undefined;
  readonly #key: string;
  readonly #apps: Pick<AppRepository, 'get'>;
  readonly #tar: (app: AppRecord) => Promise<ContentStream>;

  constructor(options: {
    /** Host and port by which the nodes of the cluster reach it; without one, no image has a reference. */
    host: string | undefined;
    /** Of the installation; 32 random bytes, hexadecimal. */
    key: string;
    apps: Pick<AppRepository, 'get'>;
    tar: (app: AppRecord) => Promise<ContentStream>;
  }) {
    this.#host = options.host;
    this.#key = options.key;
    this.#apps = options.apps;
    this.#tar = options.tar;
  }

  #pass({ id, contentDigest }: AppRecord): string {
    return createHmac('sha256', Buffer.from(this.#key, 'hex'))
      .update(`${id}/${contentDigest}`)
      .digest('hex');
  }

  #imageOf({ contentDigest, contentSize }: AppRecord): OciImage | undefined {
    return contentSize === undefined
      ? undefined
      : ociImage({ digest: contentDigest, size: contentSize });
  }

  /**
   * The reference of an app's image.
   *
   * @returns undefined where nodes pull none, and for an app that was imported before the length of its content
   *   was written down
   */
  referenceOf(app: AppRecord): string | undefined {
    const image = this.#imageOf(app);
    return (
      image &&
      this.#host &&
      `${this.#host}/${REPOSITORY}/${app.id}/${this.#pass(app)}@${
        image.manifest.digest
      }`
    );
  }

  /** The image behind a name; undefined where the app is gone or the pass is not its own. */
  async find(appId: string, pass: string): Promise<ContentImage | undefined> {
    const app = await this.#apps.get(appId);
    const image = app && this.#imageOf(app);
    if (!app || !image) return undefined;
    const [own, given] = [Buffer.from(this.#pass(app)), Buffer.from(pass)];
    return own.length === given.length && timingSafeEqual(own, given)
      ? { app, image }
      : undefined;
  }

  /** The only layer of an app's image. */
  layer(app: AppRecord): Promise<ContentStream> {
    return this.#tar(app);
  }
}
