/** Reads an archive as a bundle that may be imported, or says why not. */
import type {
  AppManifest,
  ReadOptions,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Archive, ARCHIVE_LIMITS, type ArchiveLimits } from './Archive';
import { BundleError } from './BundleError';
import type { BundleIssue } from './BundleError';
import { checkBundle, type CheckedBundle } from './checkBundle';
import { contentSum } from './contentTar';

/**
 * A bundle that may be imported.
 *
 * @public
 */
export interface Bundle extends Omit<CheckedBundle, 'manifest' | 'issues'> {
  manifest: AppManifest;
  /** SHA-256 of its content as a tar stream, hexadecimal. */
  contentDigest: string;
  /** Length of that stream, in bytes. */
  contentSize: number;
  warnings: BundleIssue[];
}

/**
 * Where in `app.toml` a fault is, in words.
 *
 * @public
 */
export function placeOf(issue: BundleIssue): string {
  if (!issue.line) return '';
  const column = issue.column ? `, column ${issue.column}` : '';
  return `app.toml line ${issue.line}${column}`;
}

/** @throws BundleError for the first fault, with all of them as its issues */
function refuseFaults(issues: BundleIssue[]): void {
  const errors = issues.filter(issue => issue.severity === 'error');
  const [first] = errors;
  if (!first) return;
  const place = placeOf(first);
  throw new BundleError({
    code: first.code,
    message: `${first.message}${place && ` (${place})`}${
      errors.length > 1 ? `, and ${errors.length - 1} more` : ''
    }`,
    remedy: first.remedy,
    issues,
  });
}

/**
 * Reads and checks a bundle.
 *
 * @param path - the archive on disk
 * @throws BundleError
 *
 * @public
 */
export async function readBundle(
  path: string,
  options: ReadOptions & { limits?: ArchiveLimits } = {},
): Promise<Bundle> {
  const archive = await Archive.open(path, options.limits ?? ARCHIVE_LIMITS);
  try {
    const { manifest, issues, ...rest } = await checkBundle(archive, options);
    refuseFaults(issues);
    const { digest, size } = await contentSum(archive);
    return {
      ...rest,
      manifest: manifest!,
      contentDigest: digest,
      contentSize: size,
      warnings: issues,
    };
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError({
      code: 'BAD_ARCHIVE',
      message: `the archive cannot be read: ${(error as Error).message}`,
      remedy: 'Pack the bundle again.',
    });
  } finally {
    await archive.close();
  }
}
