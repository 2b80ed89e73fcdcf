// Makes the wiki on the app's volume where there is none yet, and serves it.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { TiddlyWiki } = require('tiddlywiki');

const port = process.env.PORT || '8080';
const wiki = join(process.env.APP_STORE_VOLUME_PATH || '/data', 'wiki');

function run(...argv) {
  return new Promise(resolve => {
    const $tw = TiddlyWiki();
    $tw.boot.argv = [wiki, ...argv];
    $tw.boot.boot(resolve);
  });
}

async function main() {
  if (!existsSync(join(wiki, 'tiddlywiki.info'))) await run('--init', 'server');
  // Who may write is decided at the gateway.
  await run(
    '--listen',
    'host=0.0.0.0',
    `port=${port}`,
    'anon-username=somebody',
  );
}

main();
process.on('SIGTERM', () => process.exit(0));
