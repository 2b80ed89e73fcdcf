/** What brings declarations into line, with what it stands on. */
import type {
  AuthService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import type { ScmIntegrationRegistry } from '@backstage/integration';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Outbox } from '../changes/Outbox';
import { Acting } from '../declarations/Acting';
import { AppSources } from '../declarations/AppSources';
import { CatalogComparison } from '../declarations/CatalogComparison';
import { CatalogDeclarations } from '../declarations/CatalogDeclarations';
import {
  DeclarationApplier,
  type DeclarationApplierOptions,
} from '../declarations/DeclarationApplier';
import { DeclarationFiles } from '../declarations/DeclarationFiles';
import type { DeclarationLists } from '../declarations/DeclarationLists';
import { DeclarationService } from '../declarations/DeclarationService';
import { DeclarationSweep } from '../declarations/DeclarationSweep';
import {
  AppVersions,
  type AppVersionsOptions,
} from '../declarations/kinds/appVersions';
import {
  DeclaredAlias,
  type DeclaredAliasOptions,
} from '../declarations/kinds/DeclaredAlias';
import {
  DeclaredApp,
  type DeclaredAppOptions,
} from '../declarations/kinds/DeclaredApp';
import {
  DeclaredInstance,
  type DeclaredInstanceOptions,
} from '../declarations/kinds/DeclaredInstance';
import {
  DeclaredSecret,
  type DeclaredSecretOptions,
} from '../declarations/kinds/DeclaredSecret';
import {
  InstanceAliases,
  type InstanceAliasesOptions,
} from '../declarations/kinds/InstanceAliases';
import {
  DeclaredTag,
  type DeclaredTagOptions,
} from '../declarations/kinds/DeclaredTag';
import type { DueDeclarations } from '../declarations/DueDeclarations';
import { SecretSources } from '../declarations/SecretSources';
import { Trust } from '../declarations/Trust';
import type { StoreConfig } from '../config/StoreConfig';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import type { Audit } from '../audit/Audit';

/** What it takes of the portal. */
export interface DeclarationServices {
  catalog: CatalogService;
  auth: AuthService;
  reader: UrlReaderService;
  integrations: ScmIntegrationRegistry;
}

type Options = DeclarationServices &
  Omit<
    DeclarationApplierOptions,
    'acting' | 'due' | 'kinds' | 'sources' | 'trust'
  > &
  ConstructorParameters<typeof Acting>[0] &
  AppVersionsOptions &
  Omit<DeclaredAppOptions, 'versions'> & {
    newVersions: DeclaredAppOptions['versions'];
  } & Omit<DeclaredInstanceOptions, 'versions' | 'instanceAliases'> &
  InstanceAliasesOptions &
  Omit<DeclaredSecretOptions, 'sources'> &
  DeclaredAliasOptions &
  DeclaredTagOptions & {
    config: StoreConfig;
    api: KubeApi;
    namespace: string;
    audit: Audit;
    declarationLists: DeclarationLists;
    dueDeclarations: DueDeclarations;
    outbox: Outbox;
    pace: number;
  };

export function createDeclarations(options: Options) {
  const { config } = options;
  const trust = new Trust(config.declarations.trust);
  const acting = new Acting(options);
  const applier = new DeclarationApplier({
    ...options,
    acting,
    due: options.dueDeclarations,
    trust,
    sources: new AppSources({ ...options, ...config }),
    kinds: {
      AppTag: new DeclaredTag(options),
      AppSecret: new DeclaredSecret({
        ...options,
        sources: new SecretSources({ ...options, trust }),
      }),
      App: new DeclaredApp({ ...options, versions: options.newVersions }),
      AppInstance: new DeclaredInstance({
        ...options,
        versions: new AppVersions(options),
        instanceAliases: new InstanceAliases(options),
      }),
      AppAlias: new DeclaredAlias(options),
    },
  });
  const ofDeclarations = {
    ...options,
    trust,
    acting,
    applier,
    lists: options.declarationLists,
  };
  return {
    declarations: new DeclarationService(ofDeclarations),
    declarationFiles: new DeclarationFiles(ofDeclarations),
    declarationSweep: new DeclarationSweep({
      ...ofDeclarations,
      due: options.dueDeclarations,
      config: config.declarations,
      comparison: new CatalogComparison({
        ...ofDeclarations,
        perLocation: config.declarations.perLocation,
        catalog: new CatalogDeclarations(options),
      }),
    }),
  };
}
