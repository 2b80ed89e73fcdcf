// `npm run test:packages`: builds and packs every published package, installs the archives into an
// empty project, and opens each there: what it exports, its types, and the files that belong to it.
/** @import { Result, Toolchain, Tools } from '../types' */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sentence, step } from '../words.mjs';
import { pack, problemsOf } from './archive.mjs';
import { installInto, problemsOfLoading, problemsOfTypes } from './project.mjs';
import { archiveOf, published } from './workspaces.mjs';

/**
 * Opens each package; what is wrong with it is printed below its name.
 *
 * @param {Tools} tools
 * @returns {Promise<Result>}
 */
async function openAll(tools) {
  const workspaces = published();
  const room = mkdtempSync(join(tmpdir(), 'app-store-archives-'));
  const project = join(room, 'project');
  try {
    await pack(tools, workspaces, room);
    await installInto(tools, workspaces, room, project);
    const types = await problemsOfTypes(tools, workspaces, project);
    let failed = 0;
    step('Opening each');
    for (const workspace of workspaces) {
      const { name } = workspace.manifest;
      const archive = join(room, archiveOf(name));
      const problems = [
        ...problemsOf(workspace, archive),
        ...(await problemsOfLoading(tools, workspace, project)),
        ...types.filter(line => line.includes(`${name}/`)),
      ];
      if (problems.length) failed++;
      console.log(`${problems.length ? '✗' : '✓'} ${name}`);
      for (const problem of problems) console.log(`    ${problem}`);
    }
    const others = types.filter(
      line =>
        !workspaces.some(({ manifest }) => line.includes(`${manifest.name}/`)),
    );
    if (others.length) console.log(`✗ types:\n    ${others.join('\n    ')}`);
    return {
      name: 'packages',
      passed: workspaces.length - failed,
      failed: failed + (others.length ? 1 : 0),
    };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/**
 * @param {Tools} tools
 * @returns {Promise<Result[]>}
 */
export async function checkPackages(tools) {
  try {
    return [await openAll(tools)];
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    console.error(error.message);
    return [{ name: 'packages', passed: 0, failed: 1 }];
  }
}

/**
 * @param {string[]} _
 * @param {Toolchain} toolchain
 */
export async function testPackages(_, toolchain) {
  const [{ passed, failed }] = await checkPackages(await toolchain());
  console.log(`${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
