/** Many declarations, as the files of a repository. */
/** Files, each with so many declarations of each kind. */
export const FILES = 20;
const DECLARED = { AppTag: 45, AppSecret: 20, AppInstance: 20, AppAlias: 15 };
/** All of them. */
export const DECLARATIONS =
  FILES * Object.values(DECLARED).reduce((sum, count) => sum + count);

/** The declarations of one file. */
function declarationsOf(file: number): string {
  const specs: Record<string, (n: number) => object> = {
    AppTag: () => ({}),
    AppSecret: () => ({
      keys: { token: { valueFrom: { environmentVariable: 'BENCH_VALUE' } } },
    }),
    AppInstance: () => ({ appName: 'bench.served', suspended: true }),
    AppAlias: n => ({ instance: `appinstance-${file}-${n}` }),
  };
  return Object.entries(DECLARED)
    .flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, n) => {
        const name = `${kind.toLocaleLowerCase('en-US')}-${file}-${n}`;
        return JSON.stringify({
          apiVersion: 'ai-app-store.io/v1alpha1',
          kind,
          metadata: { name },
          spec: specs[kind](n),
        });
      }),
    )
    .join('\n---\n');
}

/** The files of the repository: those with many declarations, and one for each round of a measurement. */
export function repository(rounds: number): Record<string, string> {
  const many = Array.from({ length: FILES }, (_, file) => [
    `many-${file}.yaml`,
    declarationsOf(file),
  ]);
  const one = Array.from({ length: rounds }, (_, n) => [
    `one-${n}.yaml`,
    JSON.stringify({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name: `one-${n}` },
      spec: { type: 'service', lifecycle: 'x', owner: 'team' },
    }),
  ]);
  return Object.fromEntries([...many, ...one]);
}
