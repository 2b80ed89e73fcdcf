/** What a new user types once an app is published: secrets, addresses, tags, reasons. */
import type { Chapter } from './transcript';

const ID_OF = (query: string) =>
  `$(app-store ${query} --json | grep -m1 '"id"' | cut -d'"' -f4)`;

export const RESOURCES: Chapter[] = [
  {
    title: 'Secrets and parameters',
    words:
      'A value from standard input is in no history and no process list. `snippet` prints the lines that give it to an app. An update replaces all keys, and running instances keep their values.',
    commands: [
      'printf %s hunter2 | app-store secret create crm --from-file=password=-',
      'printf %s hunter2 | app-store secret create crm --from-file=password=-',
      'app-store secret list',
      'app-store secret get crm -e | tail -1',
      '(echo; app-store secret snippet crm) >> tool/app.toml',
      `printf '\\n[[Parameter]]\\nName = "GREETING"\\nTitle = "Greeting"\\n' >> tool/app.toml`,
      'tail -8 tool/app.toml',
      "app-store bundle import tool | grep -E '^(ID|Parameters)'",
      "app-store app run com.example.my-tool@0.1.0 --param GREETING=Ahoy | grep -E '^(ID|Parameters)'",
      'app-store app run com.example.my-tool@0.1.0 --param GRETING=Ahoy',
      "printf 'password=swordfish\\nuser=crm\\n' > crm.env",
      "app-store secret update crm --from-env-file=crm.env 2>&1 | grep -E '^(Keys|Used)'",
      'app-store secret usage crm',
      'app-store secret delete crm -y',
    ],
  },
  {
    title: 'Aliases',
    words:
      'An alias is an address that can move between instances. The primary alias is the address of its instance. Commands accept an alias in place of an instance.',
    commands: [
      `ID=${ID_OF('instance list com.example.my-tool@0.1.0')}`,
      'app-store alias create my-tool $ID',
      'app-store alias promote my-tool | grep Primary',
      'app-store alias list',
      'app-store alias unassign my-tool | grep Instance',
      'app-store alias undo my-tool | grep Instance',
      'app-store alias history my-tool',
      'app-store instance get my-tool',
      'app-store instance list com.example.my-tool@0.1.0 -wide',
      'app-store instance extend my-tool | grep Suspend',
      'app-store instance extend my-tool',
      'app-store instance terminate my-tool --purge -y',
      "app-store alias assign my-tool '' | grep Instance",
      'app-store alias delete my-tool -y',
    ],
  },
  {
    title: 'Restore an instance',
    words:
      'The volume of a terminated instance is kept for some time, and the instance can be restored.',
    commands: [
      "app-store app run com.example.notes -v ALL_USERS | grep -E '^(ID|Status)'",
      `ID=${ID_OF('instance list com.example.notes')}`,
      'app-store instance terminate $ID -y',
      'app-store instance list --terminated',
      'app-store app delete com.example.notes -y',
      'app-store instance restore $ID | grep Status',
      'app-store instance terminate $ID --purge -y',
    ],
  },
  {
    title: 'Tags, likes and pins',
    words:
      'Tags group apps, and some show apps to visitors. Likes and pins are for the person.',
    commands: [
      'app-store tag list',
      'app-store tag get PRODUCTIVITY',
      'app-store tag assign PRODUCTIVITY com.example.my-tool@0.1.0',
      'app-store tag remove PRODUCTIVITY com.example.my-tool@0.1.0',
      "app-store tag update PRODUCTIVITY -d 'For everyday work, and more.' | grep Description",
      'app-store app like com.example.notes',
      'app-store app pin com.example.notes',
      'app-store app list --pinned',
      'app-store app unlike com.example.notes',
      'app-store app unpin com.example.notes',
      'app-store app open com.example.my-docs',
    ],
  },
  {
    title: 'Runtimes, sizes and settings',
    words: 'What `app.toml` can use, and how the store is configured.',
    commands: [
      'app-store env runtime-version list | cut -f1-3',
      'app-store env launch-profiles list',
      'app-store env info',
    ],
  },
  {
    title: 'Why',
    words:
      'The access rules give their reasons. `why` ends with 1 if something is not allowed, so a script can check first. The owner of an app can offer it to somebody else.',
    commands: [
      'app-store why me app:run com.example.my-site',
      "app-store why me instance:redeploy $(app-store instance list com.example.my-site --json | grep -m1 '\"id\"' | cut -d'\"' -f4)",
      'app-store why me app:runn com.example.my-site',
      'app-store why uma app:run com.example.my-site',
      'app-store app set-image com.example.my-web docker.io/library/nginx:stable | grep Image',
      'app-store app set-default-profile com.example.my-web huge',
      'app-store app preconditions refresh com.example.my-web | tail -1',
      'app-store app transfer com.example.my-web uma -y',
      'app-store app offer list --made | cut -f2-5',
      'app-store app transfer com.example.my-docs vic -y',
      'app-store app transfer com.example.my-docs uma -y',
      'app-store app offer withdraw com.example.my-docs',
    ],
  },
  {
    title: 'Accept an app',
    words:
      'A new owner must accept an app, because it then uses their secrets. An offer is valid for 30 days.',
    commands: [
      'app-store login --demo uma',
      'app-store app offer list | cut -f2-5',
      'app-store app offer accept com.example.my-web',
      'app-store app offer accept com.example.my-web -y',
      'app-store app get com.example.my-web | grep Owner',
      'app-store app offer decline com.example.my-web',
    ],
  },
  {
    title: 'A visitor',
    words:
      'Visitors see and run the apps that a tag shows to them. A refusal says what would change it.',
    commands: [
      'app-store login --demo vic',
      'app-store app list -a --search notes',
      'app-store app run com.example.hello | grep Status',
      `ID=${ID_OF('instance list')}`,
      'app-store instance logs $ID',
      'app-store instance terminate $ID --purge -y',
      'app-store app import site.wave',
      'app-store secret list',
      'app-store alias list',
      'app-store admin app list',
    ],
  },
];
