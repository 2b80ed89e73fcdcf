/**
 * The documents speak only of what is there: files, configuration keys, commands of npm, and
 * names of the code; and their links lead somewhere. What is planned stands in one section of the
 * architecture, which is left out.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const tracked = execFileSync(
  'git',
  ['ls-files', '-z', '-co', '--exclude-standard'],
  {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  },
)
  .split('\0')
  .filter(Boolean);
const DOCUMENTS = [
  'docs/architecture.md',
  ...tracked.filter(
    file =>
      /(README|CONTRIBUTING)\.md$|^docs\/.*\.md$/.test(file) &&
      // The one is above; the other is generated from the command's help.
      !/docs\/(architecture|command)\.md$/.test(file),
  ),
];
/** Everything that says what is there, as one text. */
const code = tracked
  .filter(
    file =>
      /\.(ts|tsx|mjs|cjs|js|json|ya?ml|toml|py|css|html|sh)$/.test(file) &&
      !/lock|\.generated\.json$|namesInDocs/.test(file),
  )
  .map(file => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n');
const scripts = Object.keys(
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts,
);

/** What a document claims, without its examples and without what is planned. */
function claims(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
    .replace(/^## Where it goes next$[^]*?(?=^## |(?![^]))/m, '')
    .replace(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, claim]) => claim);
}

/** Whether a path, or the end of one, is that of a file or folder. */
function isPath(claim: string, document: string): boolean {
  const path = claim.replace(/^\.?\//, '').replace(/\/$/, '');
  const from = join(dirname(document), path);
  return tracked.some(
    file =>
      file === path ||
      file === from ||
      file.startsWith(`${path}/`) ||
      file.startsWith(`${from}/`) ||
      file.includes(`/${path}/`) ||
      file.endsWith(`/${path}`),
  );
}

/** Why a claim does not hold; undefined where it does, or where it is none of those that can be looked for. */
function problem(claim: string, document: string): string | undefined {
  if (/^[\w@][\w@./-]*\.(ts|tsx|mjs|cjs|md|ya?ml|json)$/.test(claim))
    return isPath(claim, document) || code.includes(claim)
      ? undefined
      : 'no such file';
  if (/^(packages|plugins|examples|test|deploy|docs|tools)\//.test(claim))
    return isPath(claim, document) ? undefined : 'no such folder';
  const script = /^npm (?:run (?:-s )?)?([\w:-]+)/.exec(claim)?.[1];
  if (claim.startsWith('npm run'))
    return scripts.includes(script!) ? undefined : 'no such script';
  // `appStore.roles.admin: x` is the key `admin`; `Audit.run` has the method `run`.
  const name =
    /^([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)(?:\(.*\))?(?:: .*)?$/.exec(
      claim,
    )?.[1];
  if (!name || !/[A-Z_.]/.test(name)) return undefined;
  const missing = name
    .split('.')
    .filter(
      part => !new RegExp(`\\b${part.replace('$', '\\$')}\\b`).test(code),
    );
  return missing.length ? `nothing is called ${missing.join(', ')}` : undefined;
}

/** Where a document leads, but for other sites. */
function linksOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8').replace(
    /^```[^]*?^```$/gm,
    '',
  );
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter(link => !/^[a-z]+:/.test(link));
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): Set<string> {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );
}

describe('what documents mention', () => {
  it.each(DOCUMENTS)('21: %s speaks of what is there', document => {
    const wrong = [...new Set(claims(document))].flatMap(claim => {
      const why = problem(claim, document);
      return why ? [`${claim}: ${why}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  it.each([...DOCUMENTS, 'docs/command.md'])(
    '%s links to what is there',
    document => {
      const wrong = linksOf(document).filter(link => {
        const [file, anchor] = link.split('#');
        const target = file ? join(dirname(document), file) : document;
        if (!tracked.some(each => each === target || each.startsWith(target)))
          return true;
        return Boolean(anchor) && !anchorsOf(target).has(anchor);
      });
      expect(wrong).toEqual([]);
    },
  );

  it('each stop of a walk is in the file that it names', () => {
    const walks = readFileSync(join(ROOT, 'docs/walks.md'), 'utf8').split(
      /^Paths are below `([^`]+)`/m,
    );
    const stops = walks.flatMap((text, i) =>
      i > 0 && i % 2 === 0
        ? [...text.matchAll(/^\d+\. `([\w.]+)`, `([^`]+)`/gm)].map(
            ([, name, file]) => ({ name, file, below: walks[i - 1] }),
          )
        : [],
    );
    expect(stops.length).toBe(35);
    const wrong = stops.filter(({ name, file, below }) => {
      const path = join(
        ROOT,
        /^(packages|plugins)\//.test(file) ? file : join(below, file),
      );
      const own = name.split('.').at(-1)!;
      return !new RegExp(`\\b${own}\\b(<T>)?[(:= {]`).test(
        readFileSync(path, 'utf8'),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('21: says what is planned in one section', () => {
    const text = readFileSync(join(ROOT, DOCUMENTS[0]), 'utf8');
    const [before, after] = text.split(/^## Where it goes next$/m);
    expect(after).toContain('Planned folders');
    expect(before).not.toMatch(
      /\b(?:planned (?!and not)|is to be\b|will be\b)/i,
    );
  });
});

it('every file over 300 lines has its reason in docs/decisions/layers.md', () => {
  const reasons = readFileSync(join(ROOT, 'docs/decisions/layers.md'), 'utf8');
  const named = [...reasons.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name);
  const long = tracked.filter(
    file =>
      /\.(ts|tsx|mjs|cjs|js|css|yaml|d\.ts)$/.test(file) &&
      !/\.(test|spec)\.tsx?$|\.generated\./.test(file) &&
      readFileSync(join(ROOT, file), 'utf8').split('\n').length > 301,
  );
  expect(
    long.filter(file => !named.some(name => `/${file}`.endsWith(`/${name}`))),
  ).toEqual([]);
  expect(long.length).toBeGreaterThan(0);
});
