// `npm run git-host`: the example repository as on a Git server, for a portal on the same machine.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GitHost } from './GitHost.ts';

const HELP = `
npm run git-host -- [--port 7009] [--data .data/git] [--files DIR] [--repository OWNER/NAME]

Serves Git repositories to a portal on the same machine. The files of a directory become the first
commit of a repository; default: examples/repository as lunch/lunch. Push one of your own:

  git push http://localhost:7009/OWNER/NAME.git main
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    port: { type: 'string', default: '7009' },
    data: { type: 'string', default: '.data/git' },
    files: { type: 'string', default: 'examples/repository' },
    repository: { type: 'string', default: 'lunch/lunch' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
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

  Your own:   git push ${host.url}/OWNER/NAME.git main
              Its file is then ${
                host.url
              }/OWNER/NAME/src/branch/main/catalog-info.yaml

  Anybody on this machine may push. Ctrl-C ends it; the repository stays in ${resolve(
    values.data,
  )}.
`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => host.stop().then(() => process.exit(0)));
