/** Every section of the specification that code and tests cite has a heading in docs/specification.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const text = readFileSync(join(ROOT, 'docs/specification.md'), 'utf8');
const files = execFileSync(
  'git',
  ['ls-files', '-z', '-co', '--exclude-standard'],
  {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  },
)
  .split('\0')
  .filter(
    file =>
      /\.(ts|tsx|mjs|ya?ml|css)$/.test(file) &&
      !/\.generated\.|lock|specificationInDocs/.test(file),
  );

/** "specification 2.2, 5 and 6" cites three; "13, no. 4" cites a decision. */
const CITATION =
  /(?<!RFC \d+,? )(?:specification|table|section)s? (\d+(?:\.\d+)?(?:(?:, (?:no\. )?| no\. | and )\d+(?:\.\d+)?)*)/g;
/** `rule('3.4 instance owner')`, and comments that cite the table alone. */
const SHORT = /['(](\d{1,2}\.\d{1,2})(?: note \d+| \(\d\)| [a-z][\w ,]*)?[')]/g;

interface Cited {
  section: string;
  where: string;
}

function citations(): { sections: Cited[]; decisions: Cited[] } {
  const sections: Cited[] = [];
  const decisions: Cited[] = [];
  for (const file of files) {
    // A comment goes over several lines.
    const source = readFileSync(join(ROOT, file), 'utf8').replace(
      /\n\s*(?:\*|\/\/|#)?\s*/g,
      ' ',
    );
    const where = file;
    for (const [, list] of source.matchAll(CITATION)) {
      const [, own, decision] = /^(.*?)(?:,? no\. (\d+))?$/.exec(list)!;
      for (const section of own.match(/\d+(\.\d+)?/g) ?? [])
        sections.push({ section, where });
      if (decision) decisions.push({ section: decision, where });
    }
    if (/app-store-backend\/src\/(policy|catalog)\//.test(file))
      for (const [, section] of source.matchAll(SHORT))
        sections.push({ section, where });
  }
  return { sections, decisions };
}

describe('the sections of the specification', () => {
  const { sections, decisions } = citations();

  it('are found where they are cited', () => {
    expect(sections.length).toBeGreaterThan(100);
    expect(decisions.length).toBeGreaterThan(3);
  });

  it('each have a heading', () => {
    const headings = new Set(
      [...text.matchAll(/^##+ (\d+(?:\.\d+)?) /gm)].map(([, number]) => number),
    );
    expect(
      sections
        .filter(({ section }) => !headings.has(section))
        .map(({ section, where }) => `${section} in ${where}`),
    ).toEqual([]);
  });

  it('have the decisions that are cited by number', () => {
    const chapter = /^## 13 [^]*?(?=^## )/m.exec(text)![0];
    const numbers = new Set(
      [...chapter.matchAll(/^(\d+)\. /gm)].map(([, number]) => number),
    );
    expect(decisions.filter(({ section }) => !numbers.has(section))).toEqual(
      [],
    );
  });
});
