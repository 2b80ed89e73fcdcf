/** What is awkward to lay out: titles of any length and script, and much of everything. */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { until } from '../e2e/furnish';
import type { Portal } from '../e2e/portal';

const LONG =
  'The forecast of everything that the warehouses of the northern region will need in the coming quarter, with the numbers of last year, and the differences beside';
export const TITLES = {
  long: LONG.padEnd(160, '.').slice(0, 160),
  word: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(
    2,
  ),
  rightToLeft:
    'لوحة المبيعات الشهرية لجميع الفروع والأقاليم مع المقارنة بالعام الماضي',
  emoji: '🚀🧪📈 Rocket lab 👩‍🔬👨‍👩‍👧‍👦',
};
const VERSIONS = 20;

const toml = (name: string, version: string, title: string, more = '') =>
  `[App]
Name = "com.example.${name}"
Version = "${version}"
Title = "${title}"
Description = "${'What it is for, in words that do not end. '
    .repeat(20)
    .trim()}"
${more}
[Runtime]
AppMode = "static"
Module = "site"
`;

async function publish(
  portal: Portal,
  text: string,
  visibility = 'ALL_USERS',
  files: Record<string, string> = { 'site/index.html': '<h1>Here</h1>' },
): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), 'app.toml');
  for (const [path, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), path);
  zip.end();
  const { status, body } = await portal.api(
    'dev',
    `/apps?visibility=${visibility}`,
    {
      method: 'POST',
      body: await buffer(zip.outputStream as Readable),
      headers: { 'content-type': 'application/zip' },
    },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.app.id;
}

/** Ids of what was made. */
export interface Awkward {
  /** An app with a title of 160 letters and twenty versions. */
  long: string;
  word: string;
  rightToLeft: string;
  /** A managed app that is private. */
  managed: string;
  /** Instances: one that runs, one that ends again and again, one with 5,000 lines of log. */
  running: string;
  crashing: string;
  talking: string;
}

const program = (name: string, title: string) => `[App]
Name = "com.example.${name}"
Version = "1.0.0"
Title = "${title}"

[Runtime]
AppMode = "node"
Module = "main.js"
`;
const SERVE =
  "require('http').createServer((q, s) => s.end('here')).listen(process.env.PORT)";

/** Adds what is awkward to a store. */
export async function makeAwkward(portal: Portal): Promise<Awkward> {
  let long = '';
  for (let i = 0; i < VERSIONS; i++)
    long = await publish(portal, toml('long', `1.${i}.0`, TITLES.long));
  const word = await publish(portal, toml('word', '1.0.0', TITLES.word));
  const rightToLeft = await publish(
    portal,
    toml('right-to-left', '1.0.0', TITLES.rightToLeft),
  );
  await publish(portal, toml('emoji', '1.0.0', TITLES.emoji));
  const managed = await publish(
    portal,
    toml('managed', '1.0.0', 'Managed', 'InstanceLifecycle = "MANAGED"'),
    'PRIVATE',
  );
  const talkingApp = await publish(
    portal,
    program('talking', `Talking. ${TITLES.long.slice(0, 140)}`),
    'ALL_USERS',
    {
      'main.js': `for (let i = 0; i < 5000; i++) console.log('line ' + i + ' ' + 'of the log '.repeat(i % 30));${SERVE}`,
    },
  );
  const crashingApp = await publish(
    portal,
    program('crashing', `Crashing. ${TITLES.long.slice(0, 140)}`),
    'ALL_USERS',
    {
      'main.js': `${SERVE};setTimeout(() => { console.error('The tank is empty. '.repeat(40)); process.exit(7); }, 800)`,
    },
  );
  const run = async (app: string) => {
    const { status, body } = await portal.api('dev', `/apps/${app}/instances`, {
      method: 'POST',
      body: JSON.stringify({ visibility: 'ALL_USERS' }),
      headers: { 'content-type': 'application/json' },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id as string;
  };
  const crashing = await run(crashingApp);
  const running = await run(long);
  await run(rightToLeft);
  await run(word);
  const talking = await run(talkingApp);
  await until(portal, 'dev', running, 'DEPLOYED');
  await until(portal, 'dev', talking, 'DEPLOYED');
  return { long, word, rightToLeft, managed, running, crashing, talking };
}
