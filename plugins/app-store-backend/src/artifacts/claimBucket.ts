/**
 * Makes sure at the start that a bucket can be used and is this store's: what is wrong
 * is said in one sentence that names the key of the configuration.
 */
import type { S3ObjectStore } from './S3ObjectStore';
import { s3Fault } from './s3Fault';
import { StorageError } from '../errors/StorageError';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';

/** Names whose bundles these are. */
const OWNER = 'installation';

/**
 * Writes, reads, lists and deletes, and leaves the mark of this installation.
 *
 * @param installation - of the database. Another one's sweep would take this one's bundles
 *   for forgotten ones, so that two never share a prefix.
 * @throws Error naming the key
 */
export async function claimBucket(
  bucket: S3ObjectStore,
  installation: string,
): Promise<void> {
  const probe = `check-${randomUUID()}`;
  let owner: string | undefined;
  try {
    await bucket.put(probe, Buffer.from(installation));
    const written = await bucket.get(probe);
    if (!written || (await text(written.stream)) !== installation)
      throw new Error('what was written to it does not come back');
    for await (const { key } of bucket.list(probe)) await bucket.delete(key);
    const mark = await bucket.get(OWNER);
    if (mark) owner = await text(mark.stream);
    else await bucket.put(OWNER, Buffer.from(installation));
  } catch (error) {
    const { key, what } =
      error instanceof StorageError
        ? s3Fault(error.cause)
        : { key: 'endpoint', what: (error as Error).message };
    throw new Error(
      `appStore.bundles.s3.${key}: the bucket cannot be used: ${what}`,
    );
  }
  if (owner !== undefined && owner !== installation)
    throw new Error(
      `appStore.bundles.s3.prefix: the bundles there belong to another app store (installation ${owner}; this one is ${installation}): choose another prefix, or delete the object "${OWNER}" there if that store is gone`,
    );
}
