/** What a new user types, in order; `transcript.md` shows what came of it. */

import { ADMIN } from './transcriptAdmin';
import { RESOURCES } from './transcriptResources';

/** One part of the transcript. */
export interface Chapter {
  title: string;
  words: string;
  commands: string[];
  /**
   * Typed as the program that the portal offers, a process each: where its file, its signals,
   * its environment and its exit code are at stake. All else has the test's own process do it.
   */
  processes?: boolean;
}

export const CHAPTERS: Chapter[] = [
  {
    title: 'Signing in',
    processes: true,
    words:
      'In a real portal `app-store login https://portal.example.com` prints an address and a code, opens the browser, and waits until the code is confirmed there. In the demo you can choose a user instead.',
    commands: [
      'app-store app list',
      'app-store login http://localhost:7007 --demo nobody',
      'app-store login http://localhost:7007 --demo dev',
      'app-store config setup http://localhost:7007 --demo dev',
      'app-store config whoami',
      'app-store config show',
    ],
  },
  {
    title: 'A first app, of Node.js',
    processes: true,
    words: 'From nothing to a running app: create, check, publish, run.',
    commands: [
      'app-store bundle init',
      'app-store bundle init hello --kind node --name com.example.my-hello --title "My hello"',
      'app-store bundle lint hello',
      'app-store bundle import hello',
      'app-store app run com.example.my-hello',
      'app-store instance list com.example.my-hello',
    ],
  },
  {
    title: 'Errors in a bundle',
    words:
      'Each error has line, column and what to do. `lint` needs no store. Scripts use the exit code.',
    commands: [
      'app-store bundle import hello',
      `sed -i -e 's/Version = "0.1.0"/Version = "one"/' -e 's/server.js/main.js/' -e 's/MemoryLimit = .*/MemoryLimit = "256MB"/' hello/app.toml`,
      'app-store bundle lint hello',
      'app-store bundle import hello',
      'app-store bundle lint nowhere',
      'app-store bundel',
      'app-store bundle initt',
      'app-store app list --runable',
      'app-store app run com.example.my-hello -v EVERYBODY',
      'app-store app get com.example.nothing',
      'app-store instance get 1234',
      'app-store --url http://localhost:9 --json app list -a',
      'APP_STORE_TOKEN=aas_any app-store --url http://localhost:9 app list',
      'APP_STORE_TOKEN=aas_worthless app-store app list',
    ],
  },
  {
    title: 'A static site, and a Python program',
    words:
      '`deploy` publishes a directory as PRIVATE, with the time in its version, and runs it.',
    commands: [
      'app-store bundle init site --kind static --name com.example.my-site',
      'app-store bundle import site -v ALL_USERS',
      'app-store app run com.example.my-site',
      'app-store bundle init tool --kind python --name com.example.my-tool',
      'app-store bundle deploy tool',
    ],
  },
  {
    title: 'Apps that need a package index',
    words:
      'Wave and Streamlit apps install their packages when they start. Here the package index cannot be reached, and the command says so.',
    commands: [
      'app-store bundle init wave --kind wave --name com.example.my-wave',
      'app-store bundle import wave',
      'app-store app run com.example.my-wave',
      'app-store bundle init board --kind streamlit --name com.example.my-board',
      'app-store bundle import board',
      'app-store app run com.example.my-board',
    ],
  },
  {
    title: 'Apps that do not run here',
    words:
      'A link opens its address. The local cluster runs programs of the machine, not images.',
    commands: [
      'app-store bundle init docs --kind link --name com.example.my-docs',
      'app-store bundle import docs',
      'app-store app run com.example.my-docs',
      'app-store bundle init web --kind container --name com.example.my-web',
      'app-store bundle import web',
      'app-store app run com.example.my-web',
    ],
  },
  {
    title: 'Show an app',
    words: 'In the store, and in a bundle on this machine.',
    commands: [
      'app-store app list --name com.example.my-site',
      'app-store app list -a --search wiki',
      'app-store app list --not-runnable',
      'app-store app get com.example.my-site',
      'app-store app meta com.example.my-site -t files',
      'app-store app meta com.example.my-site',
      'app-store app download com.example.my-site',
      'app-store app inspect com.example.my-site.0.1.0.wave',
      'app-store app update com.example.my-site -v PRIVATE',
    ],
  },
  {
    title: 'Packing',
    words:
      'The result is one file; the same content gives the same digest. A Dockerfile is for places without a store.',
    commands: [
      'app-store bundle site -o site.wave',
      'app-store bundle site -o again.wave --json | grep digest',
      'cmp site.wave again.wave && echo the same',
      'app-store bundle tool --generate-dockerfile',
      'app-store app import site.wave',
    ],
  },
  {
    title: 'An instance, to its end',
    words: 'The first characters of an ID are enough.',
    commands: [
      "ID=$(app-store instance list com.example.my-hello --json | grep -m1 '\"id\"' | cut -d'\"' -f4)",
      'app-store instance status $ID',
      'app-store instance launch $ID',
      'app-store instance logs $ID',
      'app-store instance logs $ID -c prepare',
      'app-store instance suspend ${ID:0:8}',
      'app-store instance resume $ID',
      'app-store instance update $ID -v ALL_USERS',
      'app-store app delete com.example.my-hello -y',
      'app-store instance terminate $ID',
      'app-store instance terminate $ID -y',
      'until app-store app delete com.example.my-hello -y 2>/dev/null; do sleep 0.2; done',
    ],
  },
  {
    title: 'Try a directory',
    processes: true,
    words:
      '`test` publishes, runs and shows the log. Ctrl-C (here after four seconds) ends it and deletes everything.',
    commands: [
      'timeout --signal=INT 4 app-store bundle test tool',
      'app-store app list --name com.example.my-tool --json | grep -c bundle-test',
    ],
  },
  ...RESOURCES,
  ...ADMIN,
  {
    title: 'Pipelines',
    processes: true,
    words: 'A pipeline passes its token in `APP_STORE_TOKEN`.',
    commands: [
      'app-store config update-token --demo dev',
      "TOKEN=$(app-store token create ci --days 30 --json | grep '\"token\"' | cut -d'\"' -f4)",
      'APP_STORE_TOKEN=$TOKEN app-store config whoami',
      'APP_STORE_TOKEN=$TOKEN app-store token create another',
      'app-store token revoke $(app-store token list --json | grep -B1 \'"name": "ci"\' | grep \'"id"\' | cut -d\'"\' -f4)',
      'APP_STORE_TOKEN=$TOKEN app-store config whoami',
      'app-store logout',
      'app-store app list',
    ],
  },
];
