/** The REST API of the app store, for pages and commands. */
import type {
  AccessToken,
  AppChange,
  AppInstance,
  AppMetaPart,
  AppQuery,
  DeclarationFiles,
  DeclarationQuery,
  IamPolicyDocument,
  ImportedApp,
  InstanceQuery,
  LogQuery,
  NewTag,
  OfferScope,
  Page,
  RecoveryDecision,
  RunRequest,
  SecretIdentity,
  SecretVisibility,
  TagChange,
  Visibility,
} from '../types';
import { readEvents } from './events';
import { Requests, toQuery, type RequestsOptions } from './Requests';

/**
 * What the pages and commands ask of the store.
 *
 * @public
 */
export type AppStoreApi = {
  [K in keyof AppStoreClient]: AppStoreClient[K];
};

/**
 * A change made from what somebody has seen: refused where it is out of date.
 *
 * @public
 */
export interface Seen {
  revision?: number;
}

const ifMatch = ({ revision }: Seen = {}) => ({
  'if-match': revision === undefined ? undefined : `"${revision}"`,
});

/**
 * The items of all pages.
 *
 * @public
 */
export async function allPages<T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor);
  return items;
}

/**
 * Client of the store's REST API. Each method throws an {@link AppStoreError} if the store refuses or cannot be reached.
 *
 * @public
 */
export class AppStoreClient {
  readonly #requests: Requests;

  static create(options: RequestsOptions): AppStoreClient {
    return new AppStoreClient(options);
  }

  private constructor(options: RequestsOptions) {
    this.#requests = new Requests(options);
  }

  getMe() {
    return this.#requests.json('get', '/me');
  }

  getStore() {
    return this.#requests.json('get', '/store');
  }

  async listRuntimeVersions() {
    return (await this.#requests.json('get', '/runtime-versions')).items;
  }

  async listLaunchProfiles() {
    return (await this.#requests.json('get', '/launch-profiles')).items;
  }

  explain(query: {
    kind: 'app' | 'instance' | 'tag' | 'secret' | 'alias' | 'platform';
    action: string;
    resource?: string;
    person?: string;
  }) {
    return this.#requests.json('get', '/explain', { query });
  }

  listApps(query: AppQuery = {}) {
    return this.#requests.json('get', '/apps', { query });
  }

  /** All pages of {@link AppStoreClient.listApps}. */
  listAllApps(query: AppQuery = {}) {
    return allPages(cursor => this.listApps({ limit: 200, ...query, cursor }));
  }

  getApp(id: string) {
    return this.#requests.json('get', '/apps/{id}', { path: { id } });
  }

  async importApp(
    bundle: BodyInit,
    options: {
      visibility?: Visibility;
      origin?: 'direct' | 'marketplace';
      image?: string;
      profile?: string;
      idempotencyKey?: string;
      signal?: AbortSignal;
    } = {},
  ): Promise<ImportedApp> {
    const { signal, idempotencyKey, ...query } = options;
    const response = await this.#requests.raw(`/apps${toQuery(query)}`, {
      method: 'POST',
      body: bundle,
      signal,
      headers: {
        'content-type': 'application/zip',
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      },
      // Node.js sends a stream only where it is told that the answer comes after it.
      ...({ duplex: 'half' } as RequestInit),
    });
    return response.json() as Promise<ImportedApp>;
  }

  updateApp(id: string, change: AppChange, seen?: Seen) {
    return this.#requests.json('patch', '/apps/{id}', {
      path: { id },
      body: change,
      headers: ifMatch(seen),
    });
  }

  setAppPreferences(
    id: string,
    preferences: { liked?: boolean; pinned?: boolean },
  ) {
    return this.#requests.json('patch', '/apps/{id}/preferences', {
      path: { id },
      body: preferences,
    });
  }

  /** Offers it to somebody, who owns it once they accept. */
  offerApp(
    id: string,
    body: { owner: string; allVersions?: boolean },
    seen?: Seen,
  ) {
    return this.#requests.json('put', '/apps/{id}/offer', {
      path: { id },
      body,
      headers: ifMatch(seen),
    });
  }

  async withdrawOffer(id: string): Promise<void> {
    await this.#requests.send('delete', '/apps/{id}/offer', { path: { id } });
  }

  async listOffers(scope?: OfferScope) {
    return (await this.#requests.json('get', '/offers', { query: { scope } }))
      .items;
  }

  async acceptOffer(id: string) {
    return (
      await this.#requests.json('post', '/offers/{id}/accept', { path: { id } })
    ).items;
  }

  async declineOffer(id: string): Promise<void> {
    await this.#requests.send('post', '/offers/{id}/decline', { path: { id } });
  }

  refreshPreconditions(id: string) {
    return this.#requests.json('post', '/apps/{id}/preconditions', {
      path: { id },
    });
  }

  async deleteApp(
    id: string,
    query: { purgeTerminated?: boolean } = {},
  ): Promise<void> {
    await this.#requests.send('delete', '/apps/{id}', { path: { id }, query });
  }

  /** The bundle itself; the answer's body is its bytes. */
  downloadApp(id: string): Promise<Response> {
    return this.#requests.send('get', '/apps/{id}/bundle', { path: { id } });
  }

  async getAppMeta(id: string, part: AppMetaPart): Promise<string> {
    const response = await this.#requests.send('get', '/apps/{id}/meta', {
      path: { id },
      query: { part },
    });
    return response.text();
  }

  getAppStarts(id: string) {
    return this.#requests.json('get', '/apps/{id}/starts', { path: { id } });
  }

  getManagedInstance(id: string) {
    return this.#requests.json('get', '/apps/{id}/managed-instance', {
      path: { id },
    });
  }

  assignTag(id: string, tagId: string) {
    return this.#requests.json('put', '/apps/{id}/tags/{tagId}', {
      path: { id, tagId },
    });
  }

  removeTag(id: string, tagId: string) {
    return this.#requests.json('delete', '/apps/{id}/tags/{tagId}', {
      path: { id, tagId },
    });
  }

  runApp(
    id: string,
    request: RunRequest = {},
    options: { idempotencyKey?: string } = {},
  ) {
    return this.#requests.json('post', '/apps/{id}/instances', {
      path: { id },
      body: request,
      headers: { 'idempotency-key': options.idempotencyKey },
    });
  }

  listInstances(query: InstanceQuery = {}) {
    return this.#requests.json('get', '/instances', { query });
  }

  /** All pages of {@link AppStoreClient.listInstances}. */
  listAllInstances(query: InstanceQuery = {}) {
    return allPages(cursor =>
      this.listInstances({ limit: 200, ...query, cursor }),
    );
  }

  getInstance(id: string) {
    return this.#requests.json('get', '/instances/{id}', { path: { id } });
  }

  updateInstance(id: string, change: { visibility: Visibility }, seen?: Seen) {
    return this.#requests.json('patch', '/instances/{id}', {
      path: { id },
      body: change,
      headers: ifMatch(seen),
    });
  }

  suspendInstance(id: string) {
    return this.#requests.json('post', '/instances/{id}/suspend', {
      path: { id },
    });
  }

  resumeInstance(id: string) {
    return this.#requests.json('post', '/instances/{id}/resume', {
      path: { id },
    });
  }

  startWithEmptyVolume(id: string) {
    return this.#requests.json('post', '/instances/{id}/empty-volume', {
      path: { id },
    });
  }

  async terminateInstance(
    id: string,
    query: { purge?: boolean } = {},
  ): Promise<void> {
    await this.#requests.send('delete', '/instances/{id}', {
      path: { id },
      query,
    });
  }

  restoreInstance(id: string) {
    return this.#requests.json('post', '/instances/{id}/restore', {
      path: { id },
    });
  }

  extendInstance(id: string) {
    return this.#requests.json('post', '/instances/{id}/extend', {
      path: { id },
    });
  }

  disableAutosuspend(id: string) {
    return this.#requests.json('post', '/instances/{id}/disable-autosuspend', {
      path: { id },
    });
  }

  redeployInstance(id: string) {
    return this.#requests.json('post', '/instances/{id}/redeploy', {
      path: { id },
    });
  }

  getInstanceStatus(id: string) {
    return this.#requests.json('get', '/instances/{id}/status', {
      path: { id },
    });
  }

  getLaunchReceipt(id: string) {
    return this.#requests.json('get', '/instances/{id}/launch', {
      path: { id },
    });
  }

  async listInstanceEvents(id: string) {
    return (
      await this.#requests.json('get', '/instances/{id}/events', {
        path: { id },
      })
    ).items;
  }

  /** The output of an instance; a stream where `follow` is set. */
  openLogs(id: string, { signal, ...query }: LogQuery): Promise<Response> {
    return this.#requests.send('get', '/instances/{id}/logs', {
      path: { id },
      query,
      signal,
    });
  }

  /** Calls back with each state of one's instances (or of one instance) until `signal` aborts. */
  async watchInstances(options: {
    id?: string;
    signal: AbortSignal;
    onChange: (instance: AppInstance) => void;
    onGone?: (id: string) => void;
    onOpen?: () => void;
  }): Promise<void> {
    const { id, signal } = options;
    const headers = { accept: 'text/event-stream' };
    const response = await (id
      ? this.#requests.send('get', '/instances/{id}/stream', {
          path: { id },
          headers,
          signal,
        })
      : this.#requests.send('get', '/instances/stream', { headers, signal }));
    options.onOpen?.();
    for await (const { event, data } of readEvents(response)) {
      if (event === 'instance') options.onChange(JSON.parse(data));
      else if (event === 'gone') options.onGone?.(JSON.parse(data).id);
    }
  }

  /** A picture of an app as data. */
  async getAsset(path: string): Promise<Blob> {
    return (await this.#requests.raw(path)).blob();
  }

  async listTags() {
    return (await this.#requests.json('get', '/tags')).items;
  }

  getTag(id: string) {
    return this.#requests.json('get', '/tags/{id}', { path: { id } });
  }

  createTag(tag: NewTag) {
    return this.#requests.json('post', '/tags', { body: tag });
  }

  updateTag(id: string, change: TagChange, seen?: Seen) {
    return this.#requests.json('patch', '/tags/{id}', {
      path: { id },
      body: change,
      headers: ifMatch(seen),
    });
  }

  async deleteTag(id: string): Promise<void> {
    await this.#requests.send('delete', '/tags/{id}', { path: { id } });
  }

  listSecrets(
    query: {
      visibility?: SecretVisibility;
      search?: string;
      limit?: number;
      cursor?: string;
    } = {},
  ) {
    return this.#requests.json('get', '/secrets', { query });
  }

  getSecret({ name, ...query }: SecretIdentity) {
    return this.#requests.json('get', '/secrets/{name}', {
      path: { name },
      query,
    });
  }

  putSecret(
    { name, ...query }: SecretIdentity,
    data: Record<string, string>,
    options: Seen & { encoding?: 'utf8' | 'base64'; create?: boolean } = {},
  ) {
    const { encoding, create } = options;
    return this.#requests.json('put', '/secrets/{name}', {
      path: { name },
      query,
      body: { data, ...(encoding ? { encoding } : {}) },
      headers: {
        ...ifMatch(options),
        'if-none-match': create ? '*' : undefined,
      },
    });
  }

  async deleteSecret({ name, ...query }: SecretIdentity): Promise<void> {
    await this.#requests.send('delete', '/secrets/{name}', {
      path: { name },
      query,
    });
  }

  /** The values by key, in base64. */
  async revealSecret({ name, ...query }: SecretIdentity) {
    return (
      await this.#requests.json('post', '/secrets/{name}/values', {
        path: { name },
        query,
      })
    ).data;
  }

  getSecretUsage({ name, ...query }: SecretIdentity) {
    return this.#requests.json('get', '/secrets/{name}/usage', {
      path: { name },
      query,
    });
  }

  listAliases(
    query: {
      scope?: 'mine' | 'visible' | 'all';
      instanceId?: string;
      search?: string;
      limit?: number;
      cursor?: string;
    } = {},
  ) {
    return this.#requests.json('get', '/aliases', { query });
  }

  getAlias(id: string) {
    return this.#requests.json('get', '/aliases/{id}', { path: { id } });
  }

  createAlias(alias: { name: string; instanceId?: string; primary?: boolean }) {
    return this.#requests.json('post', '/aliases', { body: alias });
  }

  assignAlias(
    id: string,
    body: { instanceId: string; primary?: boolean },
    seen?: Seen,
  ) {
    return this.#requests.json('put', '/aliases/{id}/assignment', {
      path: { id },
      body,
      headers: ifMatch(seen),
    });
  }

  unassignAlias(id: string, seen?: Seen) {
    return this.#requests.json('delete', '/aliases/{id}/assignment', {
      path: { id },
      headers: ifMatch(seen),
    });
  }

  promoteAlias(id: string, seen?: Seen) {
    return this.#requests.json('post', '/aliases/{id}/promote', {
      path: { id },
      headers: ifMatch(seen),
    });
  }

  async deleteAlias(id: string): Promise<void> {
    await this.#requests.send('delete', '/aliases/{id}', { path: { id } });
  }

  listAliasHistory(
    id: string,
    query: { limit?: number; cursor?: string } = {},
  ) {
    return this.#requests.json('get', '/aliases/{id}/history', {
      path: { id },
      query,
    });
  }

  async freeAlias(idOrName: string): Promise<void> {
    await this.#requests.send('post', '/aliases/{id}/free', {
      path: { id: idOrName },
    });
  }

  undoAlias(id: string, seen?: Seen) {
    return this.#requests.json('post', '/aliases/{id}/undo', {
      path: { id },
      headers: ifMatch(seen),
    });
  }

  listDeclarations(query: DeclarationQuery = {}) {
    return this.#requests.json('get', '/declarations', { query });
  }

  getDeclaration(id: string) {
    return this.#requests.json('get', '/declarations/{id}', { path: { id } });
  }

  /** What would be done. Of a proposal, with the rights of the caller. */
  planDeclaration(id: string) {
    return this.#requests.json('get', '/declarations/{id}/plan', {
      path: { id },
    });
  }

  /** @param digest - of what is accepted */
  acceptDeclaration(id: string, digest: string) {
    return this.#requests.json('post', '/declarations/{id}/accept', {
      path: { id },
      body: { digest },
    });
  }

  applyDeclaration(id: string) {
    return this.#requests.json('post', '/declarations/{id}/apply', {
      path: { id },
    });
  }

  /** Ends what is no longer declared, or forgets that it was. */
  async endDeclaration(
    id: string,
    query: { keep?: boolean } = {},
  ): Promise<void> {
    await this.#requests.send('delete', '/declarations/{id}', {
      path: { id },
      query,
    });
  }

  /** Applies declarations out of files, or says what that would do. */
  async applyDeclarationFiles(files: DeclarationFiles) {
    return (
      await this.#requests.json('post', '/declarations/files', { body: files })
    ).items;
  }

  listAudit(
    query: {
      actor?: string;
      action?: string;
      resourceId?: string;
      result?: 'done' | 'refused' | 'failed';
      since?: string;
      until?: string;
      limit?: number;
      cursor?: string;
    } = {},
  ) {
    return this.#requests.json('get', '/audit', { query });
  }

  /** What is newer than a restored backup; for admins. */
  getRecovery() {
    return this.#requests.json('get', '/recovery');
  }

  decideRecovery(decision: RecoveryDecision, plan: string) {
    return this.#requests.json('post', '/recovery', {
      body: { decision, plan },
    });
  }

  /** What must hold between the store and its cluster; for admins. */
  getDoctor() {
    return this.#requests.json('get', '/doctor');
  }

  /** Of that what admins have to know on every page. */
  listDoctorWarnings() {
    return this.#requests.json('get', '/doctor/warnings');
  }

  /** Repairs what a check found; for admins. */
  repairDoctor(check: string, options: { dryRun?: boolean } = {}) {
    return this.#requests.json('post', '/doctor/{check}/repair', {
      path: { check },
      query: { dryRun: options.dryRun },
    });
  }

  listIamPolicies() {
    return this.#requests.json('get', '/iam/policies');
  }

  importIamPolicies(
    policies: IamPolicyDocument[],
    options: { replace?: boolean } & Seen = {},
  ) {
    const { replace } = options;
    return this.#requests.json('put', '/iam/policies', {
      query: { replace },
      headers: ifMatch(options),
      body: { policies },
    });
  }

  getIamPolicy(name: string) {
    return this.#requests.json('get', '/iam/policies/{name}', {
      path: { name },
    });
  }

  async deleteIamPolicy(name: string): Promise<void> {
    await this.#requests.send('delete', '/iam/policies/{name}', {
      path: { name },
    });
  }

  /** Begins the sign-in of a command line; nobody needs to be signed in for it. */
  beginLogin(client: string) {
    return this.#requests.json('post', '/login/device', { body: { client } });
  }

  finishLogin(deviceCode: string) {
    return this.#requests.json('post', '/login/token', {
      body: { deviceCode },
    });
  }

  getLoginRequest(code: string) {
    return this.#requests.json('get', '/login/requests/{code}', {
      path: { code },
    });
  }

  async answerLogin(code: string, allow: boolean): Promise<void> {
    await this.#requests.send('post', '/login/requests/{code}', {
      path: { code },
      body: { allow },
    });
  }

  async listTokens() {
    return (await this.#requests.json('get', '/tokens')).items;
  }

  createToken(options: {
    name: string;
    kind?: AccessToken['kind'];
    days?: number;
  }) {
    return this.#requests.json('post', '/tokens', { body: options });
  }

  async revokeToken(id: string): Promise<void> {
    await this.#requests.send('delete', '/tokens/{id}', { path: { id } });
  }
}
