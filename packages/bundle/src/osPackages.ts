/** The packages of the operating system that a bundle names (specification 5). */
import type { BundleIssue } from './BundleError';
import type { FileTree } from './FileTree';

const LIMIT = 1024 ** 2;
/** Debian's rule for the name of a package (Debian Policy 5.6.7), with a version where one is asked for. */
const NAME = /^[a-z0-9][a-z0-9+.-]*(=[A-Za-z0-9.+:~-]+)?$/;

/** What `packages.txt` names, one a line, and what is wrong with it. */
export async function readOsPackages(tree: FileTree): Promise<{
  names: string[];
  issues: BundleIssue[];
}> {
  const file = tree.find('packages.txt');
  if (!file) return { names: [], issues: [] };
  const text = (await tree.read(file, LIMIT)).toString('utf8');
  const names = text
    .split(/\r?\n/)
    .map(line => line.replace(/#.*/, '').trim())
    .filter(Boolean);
  const bad = names.find(name => !NAME.test(name));
  if (!bad) return { names: [...new Set(names)], issues: [] };
  return {
    names: [],
    issues: [
      {
        code: 'BAD_PACKAGES_TXT',
        severity: 'error',
        path: 'packages.txt',
        message: `packages.txt names ${JSON.stringify(
          bad.slice(0, 80),
        )}, which is not a valid package name`,
        remedy: 'Write one package name per line.',
      },
    ],
  };
}
