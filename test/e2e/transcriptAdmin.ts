/** What an admin types: every command below `app-store admin`. */
import type { Chapter } from './transcript';

const ID_OF = (query: string) =>
  `$(app-store ${query} --json | grep -m1 '"id"' | cut -d'"' -f4)`;

export const ADMIN: Chapter[] = [
  {
    title: 'An admin: the apps of everybody',
    words:
      '`admin` has the same commands for everything, and some more. An app of the marketplace uses only its own secrets.',
    commands: [
      'app-store login --demo ada',
      'app-store admin app list --name com.example.my-site',
      'app-store admin app list --owner uma',
      'app-store bundle init promo --kind static --name com.example.promo > init.log 2>&1',
      'app-store bundle promo -o promo.wave > bundle.log 2>&1',
      "app-store admin app import promo.wave -v ALL_USERS --origin marketplace | grep -E '^(ID|Owner|Visibility)'",
      'app-store admin app get com.example.promo@0.1.0 | head -4',
      'app-store admin app meta com.example.promo -t files',
      'app-store admin app update com.example.promo -v PUBLIC | grep Visibility',
      'app-store admin app set-image com.example.promo docker.io/library/nginx:stable',
      'app-store admin app set-image org.nginx.nginx docker.io/library/nginx:stable | grep Image',
      "app-store admin app set-image org.nginx.nginx '' | grep Image",
      'app-store admin app set-service-account com.example.promo promo-reader | grep Account',
      'app-store admin app preconditions refresh com.example.promo | tail -1',
      "app-store admin app set-default-profile com.example.promo '' | head -2",
      'app-store admin app download com.example.promo',
      'app-store admin app transfer com.example.promo dev --all-versions -y',
      'app-store admin app offer list | cut -f2-5',
      'app-store admin app offer withdraw com.example.promo',
      'app-store admin app delete com.example.promo',
      'app-store admin app delete com.example.promo -y',
    ],
  },
  {
    title: "Everybody's instances",
    words:
      'An admin manages instances and reads their logs, but cannot open PRIVATE ones.',
    commands: [
      'app-store admin instance list com.example.my-site --wide',
      `ID=${ID_OF('admin instance list com.example.my-site')}`,
      'app-store admin instance get ${ID:0:8} | head -2',
      'app-store admin instance status $ID | head -3',
      'app-store admin instance launch $ID | cut -f1 | tail -2',
      'app-store admin instance logs $ID --tail 1 | cut -c1-40',
      'app-store why me instance:open $ID',
      'app-store admin instance update $ID -v ALL_USERS | grep Visibility',
      'app-store admin instance suspend $ID | grep Status',
      'app-store admin instance redeploy $ID | grep Status',
      'app-store admin instance resume $ID | grep Status',
      'app-store admin instance empty-volume $ID',
      'app-store admin instance extend $ID | grep Suspend',
      'app-store admin instance disable-autosuspend $ID | grep Suspend || echo never suspended',
      'app-store app run com.example.notes | grep Status',
      `ID=${ID_OF('instance list')}`,
      'app-store admin instance terminate $ID -y',
      'app-store admin instance list com.example.notes --terminated | cut -f2-5',
      'app-store admin instance restore $ID | grep Status',
      'app-store admin instance terminate $ID --purge -y',
    ],
  },
  {
    title: 'Secrets of all users and of apps',
    words:
      'Nobody else sees a PRIVATE secret, not even an admin. An APP secret is for all versions of one marketplace app.',
    commands: [
      'printf %s 12345 | app-store admin secret create proxy --from-file=token=- | grep -E "^(ID|Visibility)"',
      'printf %s 67890 | app-store admin secret create promo -v APP -p app:com.example.promo --from-file=token=- | grep Parent',
      'app-store admin secret list',
      'app-store admin secret list -v UNSPECIFIED',
      'app-store admin secret get crm',
      'app-store admin secret get promo -e | tail -1',
      'printf %s 98765 | app-store admin secret update proxy --from-file=token=- | grep Keys',
      'app-store admin secret usage proxy',
      'app-store admin secret snippet proxy',
      'app-store admin secret delete proxy -y',
      'app-store admin secret delete promo -p app:com.example.promo -y',
    ],
  },
  {
    title: 'Tags that show apps to visitors',
    words:
      'Repeat a role option, or separate roles with commas. An empty text removes all.',
    commands: [
      'app-store admin tag create -n FINANCE -t Finance -v group:default/finance-guests -a store-admins,app-developers',
      'app-store admin tag assign FINANCE com.example.my-tool@0.1.0',
      'app-store why val app:run com.example.my-tool@0.1.0',
      'app-store admin app update com.example.my-tool@0.1.0 -v ALL_USERS | grep Visibility',
      'app-store why val app:run com.example.my-tool@0.1.0',
      'app-store why anonymous app:read com.example.my-tool@0.1.0 | head -1',
      "app-store admin tag update FINANCE -v '' -c '#7a4b00' | grep -E 'Color|Kind|Visitor'",
      'app-store admin tag get FINANCE | tail -1',
      'app-store admin tag list | cut -f2-4',
      'app-store admin tag remove FINANCE com.example.my-tool@0.1.0',
      'app-store admin tag delete FINANCE -y',
    ],
  },
  {
    title: 'Aliases of everybody',
    words:
      'As in a rollout: create the alias, assign it to the new instance, make it primary.',
    commands: [
      `ID=${ID_OF('admin instance list com.example.my-site')}`,
      'app-store admin alias create site',
      'app-store admin alias assign site $ID True | grep -E "Instance ID|Primary"',
      'app-store admin alias assign site $ID | grep Primary',
      'app-store admin alias promote site | grep Primary',
      'app-store admin alias list',
      'app-store admin alias get site | head -2',
      'app-store admin alias history site | cut -f2,3,5',
      'app-store admin alias undo site | grep Primary',
      'app-store admin alias unassign site | grep Instance',
      'app-store admin alias delete site -y',
      'app-store admin alias free site',
      'app-store admin alias history site | head -3 | cut -f2,3,5',
    ],
  },
  {
    title: 'Policies',
    words:
      'Policies allow or deny more than the access rules, for roles and people. They apply if the configuration enables them.',
    commands: [
      `echo '{"name":"support","resources":["*"],"statements":[{"effect":"allow","subjects":["role:group:default/support"],"actions":["instance:view_log"]}]}' > support.json`,
      'app-store admin iam import support.json',
      'app-store admin iam export > policies.json',
      'app-store admin iam get support | head -5',
      'app-store admin iam delete support -y',
      'app-store admin iam import --replace -y - < policies.json',
      'app-store admin iam list',
      'app-store admin iam delete support -y',
    ],
  },
  {
    title: 'Who did what',
    words: 'The audit log has every change and every refused attempt.',
    commands: [
      'app-store admin audit --since 1h --action alias:create',
      'app-store admin audit --since 1h --actor vic --result refused --limit 3',
      'app-store admin audit --since 1h --action secret:put --limit 1 --json | grep -A8 \'"detail"\'',
    ],
  },
  {
    title: 'After a backup was restored',
    words:
      'If the database is older than the cluster and the bundles, the store deletes nothing until an admin decides. Here there is nothing to decide.',
    commands: [
      'app-store admin recovery show',
      'app-store admin recovery adopt --dry-run',
      'app-store admin recovery discard --dry-run',
    ],
  },
];
