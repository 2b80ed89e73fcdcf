/** The blocks of code in README and `docs/`, and which of them are run where. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** One block between fences. */
export interface Block {
  file: string;
  /** Of its first fence, from 1. */
  line: number;
  language: string;
  /** Without the indentation of the list that it stands in. */
  text: string;
}

/** Blocks whose language says that they can be run, checked or compared. */
const LANGUAGES = ['sh', 'console', 'yaml', 'ts', 'js', 'text'];

/** All blocks of README and `docs/`, in their order. */
export function blocksOfDocs(): Block[] {
  const files = [
    'README.md',
    ...readdirSync(join(ROOT, 'docs'), { encoding: 'utf8', recursive: true })
      .filter(file => file.endsWith('.md'))
      .sort()
      .map(file => `docs/${file}`),
  ];
  return files.flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [
      ...text.matchAll(/^( *)```([a-z]+)[^\n]*\n([^]*?)^ *```$/gm),
    ].flatMap(({ 1: indent, 2: language, 3: body, index }) =>
      LANGUAGES.includes(language)
        ? {
            file,
            line: text.slice(0, index).split('\n').length,
            language,
            text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
          }
        : [],
    );
  });
}

/** Blocks that `docs.spec.ts` does not run: a part of their text, and what runs them, or what they need that is not here. */
interface Elsewhere {
  file: string;
  /** All blocks of the file where it is left out. */
  has?: string;
  /** The test that runs it. */
  by?: string;
  /** What a machine without a cluster, a registry and a package index does not have. */
  needs?: string;
}

const LOCAL_CLUSTER = 'packages/local-cluster/src';
export const ELSEWHERE: Elsewhere[] = [
  {
    file: 'docs/command.md',
    has: 'Usage: app-store',
    by: 'packages/cli/src/docs.test.ts',
  },
  {
    file: 'docs/local-cluster.md',
    has: '$ kubectl',
    by: `${LOCAL_CLUSTER}/kubectl/day.test.ts`,
  },
  {
    file: 'docs/local-cluster.md',
    has: 'npm run conformance',
    needs: 'recordings of another Kubernetes',
  },
  {
    file: 'docs/local-cluster.md',
    has: 'fails-after-a-second',
    by: `${LOCAL_CLUSTER}/hollow/hollow.test.ts`,
  },
  {
    file: 'docs/local-cluster.md',
    has: '/local-cluster/faults',
    by: `${LOCAL_CLUSTER}/faults/faults.test.ts`,
  },
  {
    file: 'docs/operate.md',
    has: 'npm run production',
    by: 'test/e2e/oidc.spec.ts',
  },
  {
    file: 'docs/operate.md',
    has: 'skopeo copy',
    needs: 'a registry and the images',
  },
  {
    file: 'docs/operate.md',
    has: 'kubectl apply -k',
    needs: 'a Kubernetes cluster',
  },
  {
    file: 'docs/operate.md',
    has: 'https://portal.our-company.example',
    needs: 'a Kubernetes cluster',
  },
  {
    file: 'docs/operate.md',
    has: 'pg_dump',
    needs: 'a Kubernetes cluster',
  },
  {
    file: 'docs/operate.md',
    has: 'npm run test:cluster',
    needs: 'a Kubernetes cluster',
  },
];

export const elsewhere = (block: Block) =>
  ELSEWHERE.find(
    ({ file, has = '' }) => file === block.file && block.text.includes(has),
  );

/** Tests that are said to run blocks, and are not there. */
export const missingTests = () =>
  ELSEWHERE.flatMap(({ by }) => by ?? []).filter(
    path => !existsSync(join(ROOT, path)),
  );
