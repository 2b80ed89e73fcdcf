/** The services, each with what it stands on. */
import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { KubernetesConnection } from '@ai-app-store/backstage-plugin-app-store-node';
import type { BundleStore } from '../bundle/BundleStore';
import type { EnvironmentStore } from '../bundle/EnvironmentStore';
import type { StoreConfig } from '../config/StoreConfig';
import type { RoleRefs } from '../identity/RoleRefs';
import type { RoleResolver } from '../identity/RoleResolver';
import type { KubeApi } from '../kubernetes/KubeApi';
import { Inventory } from '../kubernetes/Inventory';
import type { Policy } from '../policy';
import type { AppNotes } from '../recovery/AppNotes';
import type { Epoch } from '../recovery/Epoch';
import { Recovery } from '../recovery/Recovery';
import { InstanceCluster } from '../processors/InstanceCluster';
import { InstanceProcessor } from '../processors/InstanceProcessor';
import { SecretCluster } from '../processors/SecretCluster';
import { SecretProcessor } from '../processors/SecretProcessor';
import { AliasService } from '../service/AliasService';
import { AppChanges } from '../service/apps/AppChanges';
import { AppContents } from '../service/apps/AppContents';
import { AppDeletion } from '../service/apps/AppDeletion';
import { AppOffers } from '../service/apps/AppOffers';
import { AppImport } from '../service/apps/AppImport';
import { AppService } from '../service/apps/AppService';
import { Audit } from '../service/Audit';
import { AuditReader } from '../service/AuditReader';
import { CatalogIndex } from '../service/CatalogIndex';
import { ChangeFeed } from '../service/ChangeFeed';
import { Explainer } from '../service/Explainer';
import { IamService, type IamPolicies } from '../service/IamService';
import { Idempotency } from '../service/Idempotency';
import { InstanceRenderer } from '../service/instances/InstanceRenderer';
import { InstanceLifecycle } from '../service/instances/InstanceLifecycle';
import { InstanceOwners } from '../service/instances/InstanceOwners';
import { InstanceQuota } from '../service/instances/InstanceQuota';
import { InstanceRuns } from '../service/instances/InstanceRuns';
import { InstanceService } from '../service/instances/InstanceService';
import type { KeyedLock } from '../storage/KeyedLock';
import { Preconditions } from '../service/apps/Preconditions';
import { AppPresenter } from '../service/apps/presentApp';
import {
  instanceUrl,
  InstancePresenter,
} from '../service/instances/presentInstance';
import { RouteFeed } from '../service/instances/RouteFeed';
import { Runtimes } from '../service/apps/Runtimes';
import { SecretService } from '../service/SecretService';
import { StoreInfoService } from '../service/StoreInfoService';
import { TagService } from '../service/TagService';
import { TokenService } from '../service/TokenService';
import type { Repositories } from './repositories';

/** What everything stands on. */
export interface ServicesOptions {
  config: StoreConfig;
  version: string;
  installation: string;
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
  turns: KeyedLock;
  auditor: AuditorService;
  events: EventsService;
  logger: LoggerService;
}

export type Services = ReturnType<typeof createServices>;

export function createServices(options: ServicesOptions) {
  const {
    config,
    installation,
    connection,
    api,
    repositories,
    policy,
    roles,
    refs,
    bundles,
    environments,
    notes,
    epoch,
    turns,
    logger,
  } = options;
  const { apps, instances, secrets, tags, aliases } = repositories;
  const feeds = {
    instances: new ChangeFeed(),
    aliases: new ChangeFeed(),
    apps: new ChangeFeed(),
    tags: new ChangeFeed(),
  };
  const audit = new Audit({
    repository: repositories.audit,
    auditor: options.auditor,
    events: options.events,
    logger,
  });
  const idempotency = new Idempotency({
    repository: repositories.idempotency,
  });
  const runtimes = new Runtimes({
    config,
    unavailableImage: connection.unavailableImage,
  });
  const preconditions = new Preconditions({ apps, secrets, runtimes });
  const processor = new InstanceProcessor({
    queue: repositories.queue,
    feed: feeds.instances,
    epoch,
    logger,
  });
  const cluster = new InstanceCluster({
    api,
    namespace: config.kubernetes.namespace,
    installation,
    logger,
    onChange: id => processor.wake(id),
  });
  const secretCluster = new SecretCluster({
    api,
    namespace: config.kubernetes.namespace,
    installation,
  });
  const secretProcessor = new SecretProcessor({
    secrets,
    cluster: secretCluster,
    preconditions,
    guard: epoch,
    logger,
  });
  const appService = new AppService({
    config,
    policy,
    audit,
    apps,
    instances,
    preferences: repositories.preferences,
    offers: repositories.offers,
    bundles,
    presenter: new AppPresenter({ config, policy, runtimes }),
    instanceUrl: (id, app, alias) =>
      instanceUrl(config.appsUrl, id, app, alias),
    primaries: ids => aliases.primariesOf(ids),
  });
  const imports = new AppImport({
    config,
    policy,
    audit,
    idempotency,
    preconditions,
    feed: feeds.apps,
    apps,
    appService,
    tags,
    secrets,
    bundles,
    notes,
    epoch,
    runtimes,
    files: turns,
    logger,
  });
  const renderer = new InstanceRenderer({
    config,
    installation,
    storeUrl: connection.storeUrl ?? config.kubernetes.storeUrl,
    secrets,
    runtimes,
  });
  const presenter = new InstancePresenter({ config, policy });
  const quota = new InstanceQuota({ limits: config.limits, instances });
  const onChange = (id: string) => {
    feeds.instances.changed(id);
    processor.wake(id);
  };
  const instanceService = new InstanceService({
    policy,
    audit,
    apps,
    instances,
    aliases,
    presenter,
    cluster,
  });
  return {
    feeds,
    audit,
    idempotency,
    preconditions,
    processor,
    cluster,
    secretProcessor,
    gatewaySecret: () => secretCluster.secretFor('app-store-gateway'),
    apps: appService,
    imports,
    offers: new AppOffers({
      config,
      policy,
      audit,
      service: appService,
      apps,
      notes,
      logger,
      offers: repositories.offers,
      secrets,
      roles,
      preconditions,
      feed: feeds.apps,
    }),
    changes: new AppChanges({
      policy,
      audit,
      service: appService,
      apps,
      tags,
      preconditions,
      runtimes,
      feed: feeds.apps,
    }),
    deletion: new AppDeletion({
      audit,
      service: appService,
      apps,
      instances,
      bundles,
      environments,
      notes,
      guard: epoch,
      files: turns,
      feed: feeds.apps,
      onPurge: id => processor.wake(id),
      logger,
    }),
    contents: new AppContents({
      apps: appService,
      bundles,
      audit,
      downloads: config.downloads,
    }),
    instances: instanceService,
    owners: new InstanceOwners({ instances }),
    quota,
    runs: new InstanceRuns({
      config,
      policy,
      audit,
      idempotency,
      appService,
      instances,
      quota,
      preconditions,
      renderer,
      presenter,
      runtimes,
      onChange,
    }),
    lifecycle: new InstanceLifecycle({
      config,
      policy,
      audit,
      service: instanceService,
      instances,
      quota,
      preconditions,
      renderer,
      roles,
      epoch,
      aliasFeed: feeds.aliases,
      onChange,
    }),
    tags: new TagService({
      policy,
      audit,
      tags,
      categoryTags: config.categoryTags,
      emptyAdminRoles: config.emptyAdminRoles,
      roleRef: name => refs.configured(name),
      onChange: () => feeds.tags.changed('*'),
    }),
    secrets: new SecretService({
      policy,
      audit,
      secrets,
      apps,
      instances,
      cluster: secretCluster,
      epoch,
      preconditions,
      turns,
      feed: feeds.instances,
      logger,
    }),
    aliases: new AliasService({
      policy,
      audit,
      aliases,
      instances: instanceService,
      appsUrl: config.appsUrl,
      reserved: config.reservedAliases,
      restSeconds: config.aliasRestSeconds,
      feed: feeds.aliases,
      instanceFeed: feeds.instances,
    }),
    index: new CatalogIndex({
      config,
      policy,
      catalog: repositories.catalog,
      tags,
      roles,
    }),
    tokens: new TokenService({ tokens: repositories.tokens, audit }),
    info: new StoreInfoService({ config, version: options.version }),
    explainer: new Explainer({
      policy,
      audit,
      roles,
      apps,
      instances,
      tags,
      secrets,
      aliases,
    }),
    recovery: new Recovery({
      epoch,
      policy,
      audit,
      roles,
      quota,
      renderer,
      preconditions,
      apps,
      instances,
      secrets,
      bundles,
      notes,
      files: turns,
      secretCluster,
      inventory: new Inventory({
        api,
        namespace: config.kubernetes.namespace,
        installation,
      }),
      namespace: config.kubernetes.namespace,
      onApp: id => feeds.apps.changed(id),
      onInstance: onChange,
      logger,
    }),
    auditReader: new AuditReader({
      policy,
      audit,
      repository: repositories.audit,
      retentionDays: config.auditRetentionDays,
    }),
    iam: new IamService({
      policy,
      audit,
      repository: repositories.iam,
      policies: options.policies,
      roleRef: name => refs.configured(name),
      // Whoever could see something a moment ago may not any more.
      onChange: () => feeds.tags.changed('*'),
      logger,
    }),
    routes: new RouteFeed({
      instances,
      aliases,
      apps,
      feed: feeds.instances,
      aliasFeed: feeds.aliases,
      appFeed: feeds.apps,
      accessFeed: feeds.tags,
    }),
  };
}
