/** What a `requirements.txt` may bring, by how it says so. */
import { mayBeInstalled } from './requirements';
import type { BundleFile, FileTree } from './FileTree';

/** A bundle of texts. */
function treeOf(files: Record<string, string>): FileTree {
  const list = Object.entries(files).map(
    ([path, text]) => ({ path, size: text.length } as BundleFile),
  );
  return {
    files: list,
    find: (path: string) => list.find(file => file.path === path),
    read: async ({ path }: BundleFile) => Buffer.from(files[path]),
  } as unknown as FileTree;
}

describe('20: a module that requirements.txt may bring', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'a file named by a file beside it',
      'streamlit',
      {
        'requirements.txt': '-r requirements/prod.txt',
        'requirements/prod.txt': '-r base.txt',
        'requirements/base.txt': 'streamlit==1.0',
      },
    ],
    [
      'an option without a space',
      'streamlit',
      { 'requirements.txt': '-rbase.txt', 'base.txt': 'streamlit' },
    ],
    [
      'a file at an address',
      'main',
      { 'requirements.txt': '-r https://example.com/r.txt' },
    ],
    [
      'a package at an address',
      'streamlit',
      { 'requirements.txt': 'streamlit@https://example.com/s.whl' },
    ],
    [
      'a project of the bundle',
      'main',
      { 'requirements.txt': '-e file:./lib', 'lib/main.py': '' },
    ],
    ['a longer name', 'airflow', { 'requirements.txt': 'apache-airflow' }],
    ['another name', 'notebook', { 'requirements.txt': 'jupyter' }],
  ])('20: %s', async (_, module, files) => {
    expect(await mayBeInstalled(treeOf(files), module)).toBe(true);
  });

  it('20: what nothing brings', async () => {
    expect(
      await mayBeInstalled(treeOf({ 'requirements.txt': 'flask\n' }), 'main'),
    ).toBe(false);
  });

  it('20: each file once, however often it is named', async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 5; i++)
      files[i ? `r${i}.txt` : 'requirements.txt'] = `-r r${i + 1}.txt\n`.repeat(
        100,
      );
    files['r5.txt'] = './lib\n'.repeat(100);
    const tree = treeOf(files);
    const read = jest.spyOn(tree, 'read');
    expect(await mayBeInstalled(tree, 'main')).toBe(false);
    expect(read).toHaveBeenCalledTimes(6);
  });

  // Without a bound each of these takes minutes.
  it.each([
    ['spaces', `a${' '.repeat(400_000)}b`],
    ['slashes', `x${'/'.repeat(400_000)}b`],
    ['brackets', `x/${'['.repeat(400_000)}b`],
    ['options', '-e '.repeat(300_000)],
    ['semicolons', `${' '.repeat(400_000)};`.repeat(2)],
  ])('20: a line of %s', async (_, line) => {
    const tree = treeOf({ 'requirements.txt': `flask\n${line}\n` });
    expect(await mayBeInstalled(tree, 'main')).toBe(false);
  });
});
