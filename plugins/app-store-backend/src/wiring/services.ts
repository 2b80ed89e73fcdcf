/** The services, each with what it stands on. */
import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { KubernetesConnection } from '@ai-app-store/backstage-plugin-app-store-node';
import type { BundleStore } from '../artifacts/BundleStore';
import type { EnvironmentStore } from '../artifacts/EnvironmentStore';
import type { StoreConfig } from '../config/StoreConfig';
import type { RoleRefs } from '../config/RoleRefs';
import type { RoleResolver } from '../auth/RoleResolver';
import { reviewToken } from '../kubernetes/client/reviewToken';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import type { DefaultStoreMetrics } from '../metrics/StoreMetrics';
import { Inventory } from '../kubernetes/Inventory';
import type { Policy } from '../policy';
import type { AppNotes } from '../apps/AppNotes';
import type { Epoch } from '../epoch/Epoch';
import { Recovery } from '../recovery/Recovery';
import { tellMissingPermissions } from '../kubernetes/permissions';
import { SecretWatch } from '../kubernetes/SecretWatch';
import { createDoctor } from '../doctor/createDoctor';
import { InstanceCluster } from '../kubernetes/InstanceCluster';
import { InstanceProcessor } from '../reconcile/InstanceProcessor';
import { SecretCluster } from '../kubernetes/SecretCluster';
import { SecretProcessor } from '../reconcile/SecretProcessor';
import { AliasChanges } from '../aliases/AliasChanges';
import { AliasNames } from '../aliases/AliasNames';
import { AliasService } from '../aliases/AliasService';
import { AppChanges } from '../apps/AppChanges';
import { AppContents } from '../apps/AppContents';
import { AppStarts } from '../apps/AppStarts';
import { AppDeletion } from '../apps/AppDeletion';
import { AppOffers } from '../apps/offers/AppOffers';
import { ImportChecks } from '../apps/import/ImportChecks';
import { NewVersions } from '../apps/import/NewVersions';
import { AppImport } from '../apps/import/AppImport';
import { AppService } from '../apps/AppService';
import { Audit } from '../audit/Audit';
import { AuditReader } from '../audit/AuditReader';
import { EventPublisher } from '../audit/EventPublisher';
import type { DatabaseSession } from '../database/DatabaseSession';
import { CatalogIndex } from '../catalog/CatalogIndex';
import { ChangeReader } from '../changes/ChangeReader';
import { Explainer } from '../iam/Explainer';
import { IamService, type IamPolicies } from '../iam/IamService';
import { Idempotency } from '../idempotency/Idempotency';
import { AutoSuspension } from '../instances/AutoSuspension';
import { InstanceRedeployment } from '../instances/InstanceRedeployment';
import { InstanceRenderer } from '../instances/InstanceRenderer';
import { InstanceLifecycle } from '../instances/InstanceLifecycle';
import { LastLogs } from '../instances/lastLogs/LastLogs';
import { LaunchReceipts } from '../instances/launches/LaunchReceipts';
import { InstanceOwners } from '../instances/InstanceOwners';
import { InstanceQuota } from '../instances/InstanceQuota';
import { InstanceRuns } from '../instances/InstanceRuns';
import { InstanceService } from '../instances/InstanceService';
import type { KeyedLock } from '../database/KeyedLock';
import { Preconditions } from '../apps/Preconditions';
import { AppPresenter } from '../apps/presentApp';
import { instanceUrl, InstancePresenter } from '../instances/presentInstance';
import { RouteFeed } from '../gateway/RouteFeed';
import { RouteReader } from '../gateway/RouteReader';
import { Runtimes } from '../apps/Runtimes';
import { SecretChanges } from '../secrets/SecretChanges';
import { SecretService } from '../secrets/SecretService';
import { SecretUses } from '../secrets/SecretUses';
import { StoreInfoService } from '../platform/StoreInfoService';
import { TagService } from '../tags/TagService';
import { TokenService } from '../tokens/TokenService';
import { createAliasRoutes } from './aliasRoutes';
import { createContentRegistry } from './contentRegistry';
import { createDeclarations, type DeclarationServices } from './declarations';
import {
  createPolicyEnforcement,
  tellUnknownAddresses,
} from './networkPolicies';
import type { Repositories } from './repositories';

/** What everything stands on. */
export interface ServicesOptions extends DeclarationServices {
  config: StoreConfig;
  version: string;
  installation: string;
  /** Of the names of images; 32 random bytes, hexadecimal. */
  contentKey: string;
  connection: KubernetesConnection;
  api: KubeApi;
  repositories: Repositories;
  policy: Policy;
  policies: IamPolicies;
  refs: RoleRefs;
  roles: RoleResolver;
  bundles: BundleStore;
  environments: EnvironmentStore;
  notes: AppNotes;
  epoch: Epoch;
  /** One at a time for each bundle, each secret. */
  locks: KeyedLock;
  /** One at a time for each declaration: while it is held, one of `locks` may be asked for. */
  declarationLocks: KeyedLock;
  session: DatabaseSession;
  auditor: AuditorService;
  events: EventsService;
  logger: LoggerService;
  metrics: DefaultStoreMetrics;
  /** How many times as often it does what it does by itself. */
  pace: number;
  /** Stands between the sweep of declarations and each part that it calls; for tests. */
  tap?: <T extends object>(part: T, name: string) => T;
}

export type Services = ReturnType<typeof createServices>;

export function createServices(options: ServicesOptions) {
  const { config, connection, api, repositories, policy, epoch, logger } =
    options;
  const { session, locks, policies, refs } = options;
  const { outbox, apps, instances, secrets, aliases } = repositories;
  const cluster = {
    api,
    namespace: config.kubernetes.namespace,
    installation: options.installation,
  };
  const roleRef = (name: string) => refs.configured(name);
  const changeReader = new ChangeReader({ outbox, logger });
  const audit = new Audit({
    repository: repositories.audit,
    auditor: options.auditor,
    logger,
  });
  const runtimes = new Runtimes({
    config,
    unavailableImage: connection.unavailableImage,
  });
  const preconditions = new Preconditions({
    apps,
    answers: repositories.preconditions,
    secrets,
    runtimes,
  });
  const { registry: contentRegistry, volumes: contentVolumes } =
    createContentRegistry({ ...options, ...cluster });
  /** What most of them stand on; each says in its options which of it. */
  const common = {
    config,
    policy,
    audit,
    epoch,
    logger,
    locks,
    runtimes,
    preconditions,
    apps,
    instances,
    secrets,
    aliases,
    roles: options.roles,
    bundles: options.bundles,
    environments: options.environments,
    notes: options.notes,
    guard: epoch,
    files: locks,
    lists: repositories.appLists,
    tags: repositories.tags,
    offers: repositories.offers,
    preferences: repositories.preferences,
    transitions: repositories.transitions,
    launches: repositories.launches,
    history: repositories.aliasHistory,
    outbox,
    declarations: repositories.declarations,
    declarationLists: repositories.declarationLists,
    dueDeclarations: repositories.dueDeclarations,
    idempotency: new Idempotency({
      repository: repositories.idempotency,
      session,
    }),
    quota: new InstanceQuota({ limits: config.limits, instances }),
    renderer: new InstanceRenderer({
      config,
      installation: options.installation,
      storeUrl: connection.storeUrl ?? config.kubernetes.storeUrl,
      secrets,
      runtimes,
      declaredBy: id => repositories.declarations.entityOf('AppInstance', id),
      contentImageOf: app =>
        contentVolumes?.accepted ? contentRegistry.referenceOf(app) : undefined,
    }),
    presenter: new InstancePresenter({ config, policy }),
  };
  const { idempotency, quota } = common;

  const lastLogs = new LastLogs({ ...common, lastLogs: repositories.lastLogs });
  const processor = new InstanceProcessor({
    queue: repositories.queue,
    epoch,
    logger,
    metrics: options.metrics,
    lastLogs,
  });
  changeReader
    .of('instance')
    .subscribe((id, data) => data?.asked && processor.wake(id, false));
  const instanceCluster = new InstanceCluster({
    ...cluster,
    logger,
    onChange: id => processor.wake(id),
  });
  const aliasRoutes = createAliasRoutes({
    ...common,
    ...cluster,
    feed: changeReader.of('alias'),
    guard: epoch,
    heartbeat: instanceCluster.heartbeat,
  });
  const permissions = {
    ...cluster,
    gatewayNamespace: config.kubernetes.gatewayNamespace,
    routes: config.kubernetes.routes,
  };
  tellUnknownAddresses({ config, connection, logger });
  const policyEnforcement = createPolicyEnforcement({
    ...common,
    ...cluster,
    connection,
    settings: repositories.settings,
  });
  const secretCluster = new SecretCluster(cluster);
  const doctor = createDoctor({
    secretCluster,
    policyEnforcement,
    contentVolumes,
    ...common,
    ...cluster,
    permissions,
    aliasRoutes,
    queue: repositories.queue,
    cluster: instanceCluster,
    inventory: new Inventory(cluster),
  });
  options.metrics.observe({
    backlog: () => repositories.queue.backlog(Date.now()),
    answeredAt: () => instanceCluster.heartbeat.state.answeredAt,
    synced: () => instanceCluster.synced,
    checks: () => doctor.states,
  });

  const appService = new AppService({
    ...common,
    presenter: new AppPresenter({ config, policy, runtimes }),
    instanceUrl: (id, app, alias) =>
      instanceUrl(config.appsUrl, id, app, alias),
    primaries: ids => aliases.primariesOf(ids),
  });
  const checks = new ImportChecks({ config, runtimes, secrets });
  const ofApps = { ...common, service: appService, appService, checks };

  const instanceService = new InstanceService({
    ...common,
    lastLogs,
    cluster: instanceCluster,
  });
  const lifecycle = new InstanceLifecycle({
    ...common,
    service: instanceService,
  });
  const ofInstances = { ...common, lifecycle };

  const secretService = new SecretService({
    ...common,
    cluster: secretCluster,
  });
  const secretUses = new SecretUses({ ...common, service: secretService });

  const aliasNames = new AliasNames({
    ...common,
    reserved: config.reservedAliases,
    hosts: config.aliasHosts,
    restSeconds: config.aliasRestSeconds,
  });
  const aliasService = new AliasService({
    ...common,
    names: aliasNames,
    appsUrl: config.appsUrl,
  });

  const newVersions = new NewVersions(ofApps);
  const imports = new AppImport({ ...ofApps, versions: newVersions });
  const changes = new AppChanges(ofApps);
  const deletion = new AppDeletion(ofApps);
  const runs = new InstanceRuns({ ...common, appService });
  const tagService = new TagService({
    ...common,
    categoryTags: config.categoryTags,
    emptyAdminRoles: config.emptyAdminRoles,
    roleRef,
  });
  const secretChanges = new SecretChanges({
    ...common,
    service: secretService,
    uses: secretUses,
    cluster: secretCluster,
  });
  const aliasChanges = new AliasChanges({
    ...common,
    service: aliasService,
    names: aliasNames,
    instances: instanceService,
  });
  const secretProcessor = new SecretProcessor({
    ...common,
    cluster: secretCluster,
  });
  const { tap = part => part } = options;
  const { declarations, declarationFiles, declarationSweep } =
    createDeclarations({
      ...options,
      ...common,
      ...cluster,
      locks: options.declarationLocks,
      catalog: tap(options.catalog, 'catalog'),
      declarations: tap(common.declarations, 'declarations'),
      newVersions,
      imports: tap(imports, 'imports'),
      changes: tap(changes, 'changes'),
      deletion: tap(deletion, 'deletion'),
      runs: tap(runs, 'runs'),
      lifecycle: tap(lifecycle, 'lifecycle'),
      tagService: tap(tagService, 'tagService'),
      roleRef,
      secretCluster,
      instanceService,
      secretChanges: tap(secretChanges, 'secretChanges'),
      aliasChanges: tap(aliasChanges, 'aliasChanges'),
    });

  return {
    audit,
    declarations,
    declarationFiles,
    declarationSweep,
    idempotency,
    preconditions,
    quota,
    changeReader,
    eventPublisher: new EventPublisher({
      outbox,
      session,
      events: options.events,
      logger,
    }),
    processor,
    cluster: instanceCluster,
    contentRegistry,
    contentVolumes,
    doctor,
    aliasRoutes,
    policyEnforcement,
    tellMissingPermissions: () =>
      tellMissingPermissions({ ...permissions, logger }),
    reviewToken: (token: string) => reviewToken(api, token),
    secretProcessor,
    secretWatch: new SecretWatch({
      ...cluster,
      logger,
      heartbeat: instanceCluster.heartbeat,
      onChange: id =>
        secretProcessor
          .lookAt(id)
          .catch(error => logger.warn(`secret ${id}: ${error.message}`)),
      onListed: () =>
        secretProcessor
          .look()
          .catch(error => logger.warn(`secrets: ${error.message}`)),
    }),
    gatewaySecret: () => secretCluster.secretFor('app-store-gateway'),
    apps: appService,
    imports,
    offers: new AppOffers(ofApps),
    changes,
    deletion,
    contents: new AppContents({
      ...common,
      apps: appService,
      downloads: config.downloads,
    }),
    starts: new AppStarts({ ...common, apps: appService }),
    receipts: new LaunchReceipts({
      ...common,
      instances: instanceService,
      metrics: options.metrics,
    }),
    instances: instanceService,
    owners: new InstanceOwners({ instances }),
    runs,
    lifecycle,
    autoSuspension: new AutoSuspension(ofInstances),
    redeployment: new InstanceRedeployment(ofInstances),
    tags: tagService,
    secrets: secretService,
    secretUses,
    secretChanges,
    aliases: aliasService,
    aliasNames,
    aliasChanges,
    index: new CatalogIndex({ ...common, catalog: repositories.catalog }),
    tokens: new TokenService({ tokens: repositories.tokens, audit }),
    info: new StoreInfoService({ config, version: options.version }),
    explainer: new Explainer(common),
    recovery: new Recovery({
      ...common,
      secretCluster,
      inventory: new Inventory(cluster),
      namespace: cluster.namespace,
    }),
    auditReader: new AuditReader({
      policy,
      audit,
      repository: repositories.audit,
      retentionDays: config.auditRetentionDays,
    }),
    iam: new IamService({
      ...common,
      repository: repositories.iam,
      policies,
      roleRef,
    }),
    routes: new RouteFeed({
      reader: new RouteReader({ instances, aliases, apps }),
      instances,
      changes: changeReader,
      outbox,
      policies,
      logger,
    }),
  };
}
