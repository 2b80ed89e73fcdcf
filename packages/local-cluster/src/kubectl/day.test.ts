/**
 * Debian's kubectl, typed at a cluster for a day. What it printed is in `docs/local-cluster.md`;
 * `UPDATE_DOCS=1` writes it anew. Then the same sessions over the protocol of older clients.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OwnCluster } from '../__testUtils__/clusters';
import { CHAPTERS } from './commands';

const DOCUMENT = resolve(__dirname, '../../../../docs/local-cluster.md');
const PART = /<!-- kubectl -->[^]*<!-- \/kubectl -->/;

/** A shell that keeps its variables from one command to the next. */
class Shell {
  readonly #directory: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(directory: string, kubeconfig: string) {
    this.#directory = directory;
    const path = join(directory, 'kubeconfig');
    writeFileSync(path, kubeconfig, { mode: 0o600 });
    this.#env = {
      PATH: process.env.PATH,
      HOME: directory,
      KUBECONFIG: path,
      LANG: 'C.UTF-8',
    };
  }

  run(command: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const state = join(this.#directory, '.state');
    const script = `test -e ${state} && . ${state}; exec 2>&1
${command}
code=$?; declare -p POD > ${state} 2>/dev/null
test $code = 0 || echo "[exit $code]"`;
    return new Promise((done, failed) =>
      execFile(
        'bash',
        ['-c', script],
        {
          cwd: this.#directory,
          env: { ...this.#env, ...env },
          timeout: 60_000,
        },
        (error, stdout) =>
          error
            ? failed(new Error(`${command}\n${stdout}`, { cause: error }))
            : done(stdout),
      ),
    );
  }
}

/** What differs from run to run, made the same. */
function normal(text: string, room: string): string {
  return (
    text
      .replaceAll(room, '~')
      .replace(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:6443')
      .replace(/\b127\.\d+\.\d+\.\d+\b(?!:)/g, '127.0.0.2')
      .replace(/\bweb-[a-z0-9]{6,10}-[a-z0-9]{5}\b/g, 'web-5d8f7c9b6-abcde')
      .replace(/\bweb-[a-z0-9]{6,10}\b/g, 'web-5d8f7c9b6')
      .replace(/pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'pvc-1f0c…')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-01-01T12:00:00.000000000Z')
      .replace(
        /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]+ [+-]\d{4}/g,
        'Thu, 01 Jan 2026 12:00:00 +0000',
      )
      .replace(/(?<=\s)\d+m?\d*s(?=\s|$)/gm, '1s')
      .replace(/\(1s ago\)|\(\d+s ago\)/g, '(1s ago)')
      .replace(/^(Client Version: v1)\..*$/m, '$1.32.3')
      .replace(/^(Kustomize Version: v5)\..*$/m, '$1.5.0')
      // How wide a column is depends on the names in it.
      .replace(/(?<=\S) {2,}(?=\S)/g, '   ')
      .replace(/ +$/gm, '')
  );
}

describe('kubectl', () => {
  const own = OwnCluster.use();
  const room = mkdtempSync(join(tmpdir(), 'kubectl-'));
  let shell: Shell;
  beforeAll(() => {
    shell = new Shell(room, own.cluster.kubeconfig);
  });
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  it('does what it does on any cluster', async () => {
    let transcript = '';
    for (const { title, commands } of CHAPTERS) {
      transcript += `### ${title}\n\n\`\`\`console\n`;
      for (const command of commands)
        transcript += `$ ${command}\n${normal(await shell.run(command), room)}`;
      transcript += '```\n\n';
    }
    const before = readFileSync(DOCUMENT, 'utf8');
    const after = before.replace(
      PART,
      () => `<!-- kubectl -->\n\n${transcript}<!-- /kubectl -->`,
    );
    if (process.env.UPDATE_DOCS) writeFileSync(DOCUMENT, after);
    expect(after).toContain('<!-- kubectl -->');
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(after);
  });

  it.each(['true', 'false'])(
    'has sessions in containers, over WebSocket: %s',
    async webSocket => {
      const env = {
        KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSocket,
        KUBECTL_PORT_FORWARD_WEBSOCKETS: webSocket,
      };
      const run = (command: string) => shell.run(command, env);
      await run(
        'kubectl config set-context --current --namespace default; kubectl run box --image=local/node:24 --restart=Never --command -- sleep 3000; kubectl wait --for=condition=Ready pod/box',
      );
      expect(
        await run("kubectl exec box -- sh -c 'echo out; echo err >&2; exit 7'"),
      ).toMatch(
        /^(out\nerr\n|err\nout\n)command terminated with exit code 7\n\[exit 7\]\n$/,
      );
      expect(
        await run('head -c 20000000 /dev/zero | kubectl exec -i box -- wc -c'),
      ).toBe('20000000\n');
      expect(
        await run('kubectl exec box -- head -c 20000000 /dev/zero | wc -c'),
      ).toBe('20000000\n');
      // Many connections at once through one, and one to a port where nothing listens.
      await run(
        'kubectl exec box -- node -e \'require("http").createServer((q,r)=>r.end(q.url)).listen(8000)\' > server.log 2>&1 &',
      );
      // The log of the run before is not the log of this one.
      const forwarded =
        await run(`rm -f forward.log; kubectl port-forward box 18001:8000 > forward.log 2>&1 & forward=$!
until grep -qs Forwarding forward.log; do sleep 0.1; done
until curl -sf localhost:18001/up > /dev/null; do kill -0 $forward 2>/dev/null || { kubectl port-forward box 18001:8000 >> forward.log 2>&1 & forward=$!; }; sleep 0.2; done
for i in $(seq 20); do curl -s localhost:18001/$i -o got.$i & curls="$curls $!"; done; wait $curls
cat got.* | tr '/' '\\n' | sort -n | tail -1; echo; kill $forward`);
      expect(forwarded.trim()).toBe('20');
      expect(
        await run(
          'rm -f refused.log; (kubectl port-forward box 18002:9 > refused.log 2>&1 &); until grep -qs Forwarding refused.log; do sleep 0.1; done; curl -s localhost:18002/; until grep -qs refused refused.log; do sleep 0.1; done; grep -o "connect: connection refused" refused.log',
        ),
      ).toContain('connect: connection refused');
      await run('kubectl delete pod box --now');
    },
  );
});
