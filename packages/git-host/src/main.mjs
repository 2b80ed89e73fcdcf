// `npm run git-host`: the example repository as on a Git server, for a portal on the same machine.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GitHost } from './GitHost.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7009' },
    data: { type: 'string', default: '.data/git' },
    files: { type: 'string', default: 'examples/repository' },
    repository: { type: 'string', default: 'lunch/lunch' },
  },
});
const [owner, name] = values.repository.split('/');
const host = await GitHost.start({
  directory: resolve(values.data),
  port: Number(values.port),
});
await host.create(owner, name, resolve(values.files));
console.log(`
  ${host.url}/${owner}/${name}.git

  Clone it:   git clone ${host.url}/${owner}/${name}.git
  Its file:   ${host.url}/${owner}/${name}/src/branch/main/catalog-info.yaml

  Anybody on this machine may push. Ctrl-C ends it; the repository stays in ${resolve(
    values.data,
  )}.
`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => host.stop().then(() => process.exit(0)));
