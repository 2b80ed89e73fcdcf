/**
 * Every operation of the API with something to ask it about, and what everybody is
 * answered. A cell is the status of the answer; a refusal of what was sent (400), or of
 * its moment (409), is evidence that the rules let it through.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { operations } from '../http/operations';
import { API, as, bundle, type StoreUnderTest } from './StoreUnderTest';

/** The columns of the table, and who asks. */
export const PEOPLE = [
  ['anonymous', undefined],
  ['visitor-', 'val'],
  ['visitor+', 'vic'],
  ['full', 'uma'],
  ['owner', 'dev'],
  ['admin', 'ada'],
] as const;

/** 1 by 1 pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/*
 * Apps of dev: `seen` is for ALL_USERS and invites vic, `private`, `managed`.
 * Instances: `dev's` of `private` and `shared` (for ALL_USERS) of `seen` are dev's,
 * `uma's` of `seen` is uma's; all but `shared` are PRIVATE.
 * Secrets: `door` is dev's own, `common` is for ALL_USERS and needed, `market` an APP secret.
 * `declared` is an alias that dev declares in a file. Alias `lane` of dev leads to `dev's`. Offers `to uma` and `again to uma` are of apps of
 * dev's own. `-` is not asked.
 */
const TABLE = `
  operation               | about          | anonymous | visitor- | visitor+ | full | owner | admin
  getMe                   |                | 401       | 200      | 200      | 200  | 200   | 200
  getStore                |                | 401       | 200      | 200      | 200  | 200   | 200
  getDocument             |                | 401       | 200      | 200      | 200  | 200   | 200
  listRuntimeVersions     |                | 401       | 200      | 200      | 200  | 200   | 200
  listLaunchProfiles      |                | 401       | 200      | 200      | 200  | 200   | 200
  explain                 | seen           | 401       | 404      | 200      | 200  | 200   | 200
  explain                 | private        | 401       | 404      | 404      | 404  | 200   | 200
  explain                 | of dev         | 401       | 403      | 403      | 403  | 200   | 200
  listApps                |                | 401       | 200      | 200      | 200  | 200   | 200
  listApps                | all            | 401       | 403      | 403      | 403  | 403   | 200
  importApp               |                | 401       | 403      | 403      | 400  | 400   | 400
  importApp               | marketplace    | 401       | 403      | 403      | 403  | 403   | 400
  getApp                  | seen           | 401       | 404      | 200      | 200  | 200   | 200
  getApp                  | private        | 401       | 404      | 404      | 404  | 200   | 200
  getApp                  | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  updateApp               | seen           | 401       | 404      | 403      | 403  | 200   | 200
  updateApp               | private        | 401       | 404      | 404      | 404  | 200   | 200
  updateApp               | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  updateApp               | account        | 401       | 404      | 403      | 403  | 403   | 200
  deleteApp               | seen           | 401       | 404      | 403      | 403  | 409   | 409
  deleteApp               | private        | 401       | 404      | 404      | 404  | 409   | 409
  deleteApp               | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  downloadApp             | seen           | 401       | 404      | 403      | 403  | 200   | 200
  downloadApp             | private        | 401       | 404      | 404      | 404  | 200   | 200
  getAppMeta              | seen           | 401       | 404      | 403      | 200  | 200   | 200
  getAppMeta              | private        | 401       | 404      | 404      | 404  | 200   | 200
  getAppIcon              | seen           | 401       | 404      | 200      | 200  | 200   | 200
  getAppIcon              | private        | 401       | 404      | 404      | 404  | 200   | 200
  getAppScreenshot        | seen           | 401       | 404      | 200      | 200  | 200   | 200
  getAppScreenshot        | private        | 401       | 404      | 404      | 404  | 200   | 200
  setAppPreferences       | seen           | 401       | 404      | 200      | 200  | 200   | 200
  setAppPreferences       | private        | 401       | 404      | 404      | 404  | 200   | 200
  offerApp                | seen           | 401       | 404      | 403      | 403  | 200   | 200
  offerApp                | private        | 401       | 404      | 404      | 404  | 200   | 200
  withdrawOffer           | seen           | 401       | 404      | 403      | 403  | 204   | -
  withdrawOffer           | private        | 401       | 404      | 404      | 404  | -     | 204
  listOffers              |                | 401       | 200      | 200      | 200  | 200   | 200
  listOffers              | all            | 401       | 403      | 403      | 403  | 403   | 200
  acceptOffer             | to uma         | 401       | 404      | 404      | 200  | 404   | 404
  acceptOffer             | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  declineOffer            | again to uma   | 401       | 404      | 404      | 204  | 404   | 404
  refreshPreconditions    | seen           | 401       | 404      | 403      | 403  | 200   | 200
  refreshPreconditions    | private        | 401       | 404      | 404      | 404  | 200   | 200
  getAppStarts            | seen           | 401       | 404      | 200      | 200  | 200   | 200
  getAppStarts            | private        | 401       | 404      | 404      | 404  | 200   | 200
  getManagedInstance      | managed        | 401       | 404      | 200      | 200  | 200   | 200
  getManagedInstance      | private        | 401       | 404      | 404      | 404  | 404   | 404
  runApp                  | seen           | 401       | 404      | 400      | 400  | 400   | 400
  runApp                  | private        | 401       | 404      | 404      | 404  | 400   | 403
  runApp                  | managed        | 401       | 404      | 403      | 403  | 400   | 400
  runApp                  | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  assignTag               | free           | 401       | 404      | 403      | 200  | 200   | 200
  assignTag               | guarded        | 401       | 404      | 403      | 403  | 403   | 200
  assignTag               | private        | 401       | 404      | 404      | 404  | 200   | 200
  removeTag               | free           | 401       | 404      | 403      | 200  | 200   | 200
  removeTag               | guarded        | 401       | 404      | 403      | 403  | 403   | 200
  removeTag               | private        | 401       | 404      | 404      | 404  | 200   | 200
  listTags                |                | 401       | 403      | 403      | 200  | 200   | 200
  createTag               |                | 401       | 403      | 403      | 403  | 403   | 409
  getTag                  | free           | 401       | 403      | 403      | 200  | 200   | 200
  getTag                  | nothing        | 401       | 403      | 403      | 404  | 404   | 404
  updateTag               | free           | 401       | 403      | 403      | 200  | 200   | 200
  updateTag               | guarded        | 401       | 403      | 403      | 403  | 403   | 200
  deleteTag               | guarded        | 401       | 403      | 403      | 403  | 403   | -
  deleteTag               | spare          | 401       | 403      | 403      | 403  | 403   | 204
  deleteTag               | nothing        | 401       | 403      | 403      | 404  | 404   | 404
  listSecrets             |                | 401       | 403      | 403      | 200  | 200   | 200
  getSecret               | door           | 401       | 404      | 404      | 404  | 200   | 404
  getSecret               | common         | 401       | 404      | 404      | 200  | 200   | 200
  getSecret               | market         | 401       | 404      | 404      | 404  | 404   | 200
  putSecret               | door           | 401       | 403      | 403      | 400  | 400   | 400
  putSecret               | common         | 401       | 403      | 403      | 403  | 403   | 400
  putSecret               | market         | 401       | 403      | 403      | 403  | 403   | 400
  deleteSecret            | door           | 401       | 404      | 404      | 404  | 409   | 404
  deleteSecret            | common         | 401       | 404      | 404      | 403  | 403   | 409
  deleteSecret            | market         | 401       | 404      | 404      | 404  | 404   | -
  revealSecret            | door           | 401       | 404      | 404      | 404  | 200   | 404
  revealSecret            | common         | 401       | 404      | 404      | 200  | 200   | 200
  revealSecret            | market         | 401       | 404      | 404      | 404  | 404   | 200
  getSecretUsage          | door           | 401       | 404      | 404      | 404  | 200   | 404
  getSecretUsage          | common         | 401       | 404      | 404      | 200  | 200   | 200
  listAliases             |                | 401       | 403      | 403      | 200  | 200   | 200
  listAliases             | all            | 401       | 403      | 403      | 403  | 403   | 200
  createAlias             |                | 401       | 403      | 403      | 400  | 400   | 400
  createAlias             | dev's          | 401       | 403      | 403      | 404  | 409   | 409
  createAlias             | shared         | 401       | 403      | 403      | 403  | 409   | 409
  getAlias                | lane           | 401       | 404      | 404      | 404  | 200   | 200
  getAlias                | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  unassignAlias           | lane           | 401       | 404      | 404      | 404  | 200   | 200
  assignAlias             | lane           | 401       | 404      | 404      | 404  | 200   | 200
  assignAlias             | lane to uma's  | 401       | 404      | 404      | 404  | 403   | -
  promoteAlias            | lane           | 401       | 404      | 404      | 404  | 200   | 200
  listAliasHistory        | lane           | 401       | 404      | 404      | 404  | 200   | 200
  undoAlias               | lane           | 401       | 404      | 404      | 404  | 200   | 200
  deleteAlias             | lane           | 401       | 404      | 404      | 404  | -     | 204
  freeAlias               | nothing        | 401       | 403      | 403      | 403  | 403   | 409
  listInstances           |                | 401       | 200      | 200      | 200  | 200   | 200
  listInstances           | all            | 401       | 403      | 403      | 403  | 403   | 200
  watchInstances          |                | 401       | 200      | 200      | 200  | 200   | 200
  watchInstance           | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  getInstance             | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  getInstance             | shared         | 401       | 404      | 404      | 200  | 200   | 200
  getInstance             | uma's          | 401       | 404      | 404      | 200  | 200   | 200
  getInstance             | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  updateInstance          | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  updateInstance          | shared         | 401       | 404      | 404      | 403  | 200   | 200
  updateInstance          | uma's          | 401       | 404      | 404      | 200  | 403   | 200
  getInstanceStatus       | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  getInstanceStatus       | shared         | 401       | 404      | 404      | 403  | 200   | 200
  getInstanceStatus       | uma's          | 401       | 404      | 404      | 200  | 200   | 200
  listInstanceEvents      | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  listInstanceEvents      | shared         | 401       | 404      | 404      | 403  | 200   | 200
  listInstanceEvents      | uma's          | 401       | 404      | 404      | 200  | 200   | 200
  getLaunchReceipt        | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  getLaunchReceipt        | shared         | 401       | 404      | 404      | 403  | 200   | 200
  getLaunchReceipt        | uma's          | 401       | 404      | 404      | 200  | 200   | 200
  getInstanceLogs         | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  getInstanceLogs         | shared         | 401       | 404      | 404      | 403  | 200   | 200
  getInstanceLogs         | uma's          | 401       | 404      | 404      | 200  | 200   | 200
  extendInstance          | dev's          | 401       | 404      | 404      | 404  | 200   | 409
  extendInstance          | shared         | 401       | 404      | 404      | 403  | 200   | 409
  disableAutosuspend      | dev's          | 401       | 404      | 404      | 404  | 403   | 200
  disableAutosuspend      | shared         | 401       | 404      | 404      | 403  | 403   | 200
  redeployInstance        | dev's          | 401       | 404      | 404      | 404  | 403   | 200
  redeployInstance        | shared         | 401       | 404      | 404      | 403  | 403   | 200
  suspendInstance         | uma's          | 401       | 404      | 404      | 200  | 403   | 200
  suspendInstance         | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  resumeInstance          | uma's          | 401       | 404      | 404      | 200  | 403   | 200
  resumeInstance          | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  startWithEmptyVolume    | uma's          | 401       | 404      | 404      | 409  | 403   | 409
  startWithEmptyVolume    | dev's          | 401       | 404      | 404      | 404  | 409   | 409
  restoreInstance         | uma's          | 401       | 404      | 404      | 200  | 403   | 200
  restoreInstance         | dev's          | 401       | 404      | 404      | 404  | 200   | 200
  terminateInstance       | uma's          | 401       | 404      | 404      | -    | 403   | -
  terminateInstance       | shared         | 401       | 404      | 404      | 403  | -     | 202
  terminateInstance       | dev's          | 401       | 404      | 404      | 404  | 202   | -
  getRecovery             |                | 401       | 403      | 403      | 403  | 403   | 200
  decideRecovery          |                | 401       | 403      | 403      | 403  | 403   | 409
  getDoctor               |                | 401       | 403      | 403      | 403  | 403   | 200
  listDoctorWarnings      |                | 401       | 403      | 403      | 403  | 403   | 200
  repairDoctor            |                | 401       | 403      | 403      | 403  | 403   | 200
  listAudit               |                | 401       | 403      | 403      | 403  | 403   | 200
  listIamPolicies         |                | 401       | 403      | 403      | 403  | 403   | 200
  importIamPolicies       |                | 401       | 403      | 403      | 403  | 403   | 200
  getIamPolicy            | nothing        | 401       | 403      | 403      | 403  | 403   | 404
  deleteIamPolicy         | nothing        | 401       | 403      | 403      | 403  | 403   | 404
  beginLogin              |                | 200       | 200      | 200      | 200  | 200   | 200
  finishLogin             | nothing        | 400       | 400      | 400      | 400  | 400   | 400
  getLoginRequest         | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  answerLogin             | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  listTokens              |                | 401       | 200      | 200      | 200  | 200   | 200
  createToken             |                | 401       | 201      | 201      | 201  | 201   | 201
  revokeToken             | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  watchRoutes             |                | 401       | 403      | 403      | 403  | 403   | 403
  getKeySecret            |                | 401       | 403      | 403      | 403  | 403   | 403
  decideAdmission         |                | 401       | 403      | 403      | 403  | 403   | 403
  noteFirstBytes          |                | 401       | 403      | 403      | 403  | 403   | 403
  putPerson               |                | 401       | 403      | 403      | 403  | 403   | 403
  listDeclarations        |                | 401       | 200      | 200      | 200  | 200   | 200
  listDeclarations        | all            | 401       | 403      | 403      | 403  | 403   | 200
  getDeclaration          | declared       | 401       | 404      | 404      | 404  | 200   | 200
  getDeclaration          | nothing        | 401       | 404      | 404      | 404  | 404   | 404
  planDeclaration         | declared       | 401       | 404      | 404      | 404  | 200   | 200
  acceptDeclaration       | declared       | 401       | 404      | 404      | 404  | 409   | 409
  applyDeclaration        | declared       | 401       | 404      | 404      | 404  | 200   | 200
  endDeclaration          | declared       | 401       | 404      | 404      | 404  | -     | 204
  applyDeclarationFiles   |                | 401       | 403      | 403      | 200  | 200   | 200
  listCatalogApps         |                | 401       | 403      | 403      | 403  | 403   | 403
  listCatalogTags         |                | 401       | 403      | 403      | 403  | 403   | 403
  listCatalogTexts        |                | 401       | 403      | 403      | 403  | 403   | 403
  readCatalogAs           |                | 401       | 403      | 403      | 403  | 403   | 403
  getInstanceContent      | dev's          | 401       | 401      | 401      | 401  | 401   | 401
  putInstanceStage        | dev's          | 401       | 401      | 401      | 401  | 401   | 401
  getInstanceEnvironment  | dev's          | 401       | 401      | 401      | 401  | 401   | 401
  putInstanceEnvironment  | dev's          | 401       | 401      | 401      | 401  | 401   | 401
`;

/** One line of the table. */
export interface Row {
  operation: string;
  about: string;
  expected: Array<number | undefined>;
}

/** The table. */
export function rows(): Row[] {
  const [, ...lines] = TABLE.split('\n')
    .filter(line => line.includes('|'))
    .map(line => line.split('|').map(cell => cell.trim()));
  return lines.map(([operation, about, ...cells]) => ({
    operation,
    about,
    expected: cells.map(cell => (cell === '-' ? undefined : Number(cell))),
  }));
}

/** What is there to be asked about, by the names of the table. */
export interface World {
  apps: Record<string, string>;
  instances: Record<string, string>;
  offers: Record<string, string>;
  declarations: Record<string, string>;
}

/** What fills in an operation's path, query and body. */
interface Asked {
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  type?: string;
}

const NOTHING = '00000000-0000-4000-8000-000000000000';
const SECRETS: Record<string, string> = {
  door: '',
  common: 'visibility=ALL_USERS',
  market: 'visibility=APP&parent=app:managed',
};

/** The request of a row. */
function ask(row: Row, world: World): Asked {
  const { operation, about } = row;
  const app = { id: world.apps[about] ?? NOTHING };
  const instance = { id: world.instances[about] ?? NOTHING };
  const declaration = { id: world.declarations[about] ?? NOTHING };
  const offer = { id: world.offers[about] ?? NOTHING };
  const tagged = {
    id: about === 'private' ? world.apps.private : world.apps.seen,
    tagId: about === 'guarded' ? 'GUARDED' : 'FREE',
  };
  const tag = {
    id: { free: 'FREE', guarded: 'GUARDED', spare: 'SPARE' }[about] ?? NOTHING,
  };
  const secret = { path: { name: about }, query: SECRETS[about] };
  const alias = { id: about.startsWith('lane') ? 'lane' : 'no-such-alias' };
  const all = about === 'all' ? 'scope=all' : '';
  const asked: Record<string, Asked> = {
    explain: {
      query:
        about === 'of dev'
          ? `kind=app&action=run&resource=${world.apps.seen}&person=user:default/dev`
          : `kind=app&action=run&resource=${app.id}`,
    },
    listApps: { query: all },
    listInstances: { query: all },
    listAliases: { query: all },
    importApp: {
      body: 'no archive',
      type: 'application/zip',
      query: about ? `origin=${about}` : '',
    },
    updateApp: {
      path: { id: about === 'account' ? world.apps.seen : app.id },
      body:
        about === 'account'
          ? { serviceAccount: null }
          : { visibility: about === 'private' ? 'PRIVATE' : 'ALL_USERS' },
    },
    getAppMeta: { path: app, query: 'part=APP' },
    getAppScreenshot: { path: { ...app, n: '0' } },
    setAppPreferences: { path: app, body: { liked: false } },
    offerApp: { path: app, body: { owner: 'user:default/uma' } },
    listOffers: { query: all },
    listDeclarations: { query: all },
    acceptDeclaration: {
      path: declaration,
      body: { digest: '0'.repeat(64) },
    },
    applyDeclarationFiles: { body: { documents: [], dryRun: true } },
    acceptOffer: { path: offer },
    declineOffer: { path: offer },
    runApp: { path: app, body: { parameters: { NOPE: 'x' } } },
    assignTag: { path: tagged },
    removeTag: { path: tagged },
    createTag: { body: { name: 'FREE' } },
    getTag: { path: tag },
    updateTag: { path: tag, body: { description: 'd' } },
    deleteTag: { path: tag },
    putSecret: { ...secret, body: { data: { 'not/a/key': 'x' } } },
    createAlias: {
      body: about
        ? { name: 'taken', instanceId: instance.id }
        : { name: 'www' },
    },
    assignAlias: {
      path: alias,
      body: {
        instanceId:
          world.instances[about === "lane to uma's" ? "uma's" : "dev's"],
      },
    },
    updateInstance: {
      path: instance,
      body: { visibility: about === 'shared' ? 'ALL_USERS' : 'PRIVATE' },
    },
    decideRecovery: { body: { decision: 'adopt', plan: 'abc' } },
    repairDoctor: { path: { check: 'drift' }, query: 'dryRun=true' },
    importIamPolicies: { body: { policies: [] } },
    getIamPolicy: { path: { name: 'nothing' } },
    deleteIamPolicy: { path: { name: 'nothing' } },
    beginLogin: { body: { client: 'test' } },
    finishLogin: { body: { deviceCode: 'x'.repeat(43) } },
    getLoginRequest: { path: { code: 'BCDF-GHJK' } },
    answerLogin: { path: { code: 'BCDF-GHJK' }, body: { allow: true } },
    createToken: { body: { name: 'test' } },
    revokeToken: { path: { id: NOTHING } },
    noteFirstBytes: { body: { items: [] } },
    putInstanceStage: { path: instance, query: 'stage=dependencies' },
    decideAdmission: { body: { instanceId: NOTHING } },
    putPerson: {
      body: { userEntityRef: 'user:default/x', displayName: 'x', roles: [] },
    },
    listCatalogTexts: { body: { ids: [] } },
    readCatalogAs: { body: { userEntityRef: 'user:default/dev' } },
    getInstanceEnvironment: { path: instance, query: 'runtime=x' },
    putInstanceEnvironment: {
      path: instance,
      query: 'runtime=x',
      body: 'no archive',
      type: 'application/x-tar',
    },
    disableAutosuspend: { path: instance },
    getLaunchReceipt: { path: instance },
    startWithEmptyVolume: { path: instance },
  };
  if (asked[operation]) return asked[operation];
  if (/Declaration/.test(operation)) return { path: declaration };
  if (/Secret/.test(operation)) return secret;
  if (/Alias/.test(operation)) return { path: alias };
  if (/Instance/.test(operation) && operation !== 'getManagedInstance')
    return { path: instance };
  return { path: app };
}

/** What a store has to have for the questions. */
export const STORE = {
  limits: { instances: 10, appVersions: 20 },
  tags: [
    { name: 'GUESTS', visitorRoles: ['group:default/guests'] },
    { name: 'FREE' },
    { name: 'SPARE' },
    { name: 'GUARDED', adminRoles: ['group:default/admins'] },
  ],
};

/**
 * Makes what is asked about.
 *
 * @throws Error for an instance that does not start
 */
export async function makeWorld(store: StoreUnderTest): Promise<World> {
  const { api } = store;
  const secret = async (who: string, name: string, query = '') => {
    const answer = await api
      .put(`${API}/secrets/${name}?${query}`)
      .set(as(who))
      .send({ data: { key: 'value' } });
    if (answer.status !== 201) throw new Error(answer.text);
  };
  await secret('dev', 'door');
  await secret('ada', 'common', SECRETS.common);
  await secret('ada', 'market', SECRETS.market);
  const pictures = {
    'static/icon.png': PNG,
    'static/screenshot-1.png': PNG,
  };
  const needs = (name: string) =>
    `[[Env]]\nName = "${name}"\nSecret = "${name}"\nSecretKey = "key"\n`;
  const add = async (name: string, options: object, visibility: string) => {
    const answer = await store.importApp(
      'dev',
      await bundle({ name, files: pictures, ...options }),
      visibility,
    );
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.app.id as string;
  };
  const apps = {
    seen: await add(
      'seen',
      { tags: ['GUESTS'], tail: needs('common') + needs('door') },
      'ALL_USERS',
    ),
    private: await add('private', {}, 'PRIVATE'),
    managed: await add(
      'managed',
      { tags: ['GUESTS'], app: 'InstanceLifecycle = "MANAGED"' },
      'ALL_USERS',
    ),
  };
  const run = async (who: string, app: string, visibility = 'PRIVATE') => {
    const answer = await api
      .post(`${API}/apps/${app}/instances`)
      .set(as(who))
      .send({ visibility })
      .expect(201);
    return answer.body.id as string;
  };
  const instances = {
    "dev's": await run('dev', apps.private),
    shared: await run('dev', apps.seen, 'ALL_USERS'),
    "uma's": await run('uma', apps.seen),
    managed: await run('dev', apps.managed, 'ALL_USERS'),
  };
  for (const [instance, who] of [
    [instances["dev's"], 'dev'],
    [instances.shared, 'dev'],
    [instances["uma's"], 'uma'],
    [instances.managed, 'dev'],
  ])
    for (;;) {
      const { status } = await store.get(`/instances/${instance}`, who);
      if (status === 'DEPLOYED') break;
      if (status !== 'PENDING') throw new Error(`${instance} is ${status}`);
      await sleep(50);
    }
  for (const [name, instance] of [
    ['lane', instances["dev's"]],
    ['taken', undefined],
  ])
    await api
      .post(`${API}/aliases`)
      .set(as('dev'))
      .send({ name, instanceId: instance })
      .expect(201);
  const offers: Record<string, string> = {};
  for (const about of ['to uma', 'again to uma']) {
    const app = await add(about.replaceAll(' ', '-'), {}, 'PRIVATE');
    const { body } = await api
      .put(`${API}/apps/${app}/offer`)
      .set(as('dev'))
      .send({ owner: 'uma' })
      .expect(200);
    offers[about] = body.offer.id;
  }
  const document = JSON.stringify({
    apiVersion: 'ai-app-store.io/v1alpha1',
    kind: 'AppAlias',
    metadata: { name: 'declared' },
    spec: {},
  });
  await api
    .post(`${API}/declarations/files`)
    .set(as('dev'))
    .send({ documents: [{ document }] })
    .expect(200);
  const { items } = await store.get('/declarations', 'dev');
  return {
    apps,
    instances,
    offers,
    declarations: { declared: items[0].id },
  };
}

/** Asks one line's question; `authorization` is that of nobody where it is absent. */
export async function send(
  store: StoreUnderTest,
  world: World,
  row: Row,
  authorization = 'Bearer mock-none-token',
  also: { headers?: Record<string, string>; body?: object } = {},
): Promise<{ status: number; text: string }> {
  const { method, path } = operations().find(o => o.id === row.operation)!;
  const {
    query,
    body,
    type = 'application/json',
    ...asked
  } = { ...ask(row, world), ...(also.body ? { body: also.body } : {}) };
  const address = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(asked.path?.[name] ?? NOTHING),
  );
  const abort = new AbortController();
  const response = await fetch(
    `http://127.0.0.1:${store.port}${API}${address}${query ? `?${query}` : ''}`,
    {
      method: method.toLocaleUpperCase('en-US'),
      signal: abort.signal,
      headers: {
        authorization,
        ...(row.operation === 'putInstanceEnvironment'
          ? { 'x-environment-digest': 'a'.repeat(64) }
          : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...also.headers,
      },
      body: typeof body === 'object' ? JSON.stringify(body) : (body as string),
    },
  );
  const stream = response.headers
    .get('content-type')
    ?.startsWith('text/event-stream');
  const text = stream ? '' : await response.text();
  abort.abort();
  return { status: response.status, text };
}
