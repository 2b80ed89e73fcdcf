/**
 * The store's configuration, read and checked once at start: all that is wrong is said
 * with the keys that hold it.
 */
import type { Config } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { z } from 'zod';
import { ALLOWED_WAVE_VARIABLES } from '@ai-app-store/backstage-plugin-app-store-common';
import { readConfig } from '@ai-app-store/backstage-plugin-app-store-node';
import { bundlesSchema } from './BundleConfig';
import { declarationsSchema } from './declarations';
import { kubernetesSchema, type KubernetesSettings } from './kubernetes';
import { gpuSchema, profilesSchema } from './profiles';
import { aliasHosts } from './aliasHosts';
import { reservedAliases } from './reservedAliases';
import { isSeparate } from './isSeparate';
import { RoleRefs } from './RoleRefs';
import { roleNames, rolesSchema } from './roles';
import { runtimesSchema } from './runtimes';
import { tagsSchema } from './tags';
import {
  address,
  cssColor,
  duration,
  flag,
  path,
  pattern,
  quantity,
  reservationsFit,
  secret,
  section,
  sizes,
  text,
  texts,
  url,
  wholeNumber,
} from './values';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const limits = section({
  instances: wholeNumber().default(10),
  visitorInstances: wholeNumber().default(5),
  appVersions: wholeNumber().default(10),
  bundleBytes: wholeNumber().default(512 * 1024 ** 2),
  /** Bytes of one kept environment. */
  environmentBytes: wholeNumber().default(4 * 1024 ** 3),
  concurrentImports: wholeNumber({ min: 1 }).default(2),
});

const notice = z.object({
  severity: z
    .enum(['info', 'error', 'warning', 'blocked', 'success', 'severe'])
    .default('info'),
  title: text,
  content: text.optional(),
});

/** What an instance gets where neither its profile nor its app says more. */
const resources = z
  .object({ ...sizes, memoryLimit: quantity.default('2Gi') })
  .superRefine(reservationsFit)
  .transform(read => ({
    memoryReservation: '512Mi',
    // Something, so that the scheduler and quotas count it.
    cpuReservation: '10m',
    ...read,
  }));

const variable = z.object({
  name: text.regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'must be the name of a variable',
  ),
  value: text,
});

const examples = z.object({
  directory: path,
  owner: text,
  secrets: z
    .array(
      z.object({
        name: text,
        data: z.record(
          z.string(),
          secret('must be a text', () => true),
        ),
      }),
    )
    .default([]),
});

/** What of the configuration other keys go by, as far as that is right itself. */
function contextOf(root: Config) {
  const { gateway, gpu, roles, tags } =
    root.getOptional<JsonObject>('appStore') ?? {};
  return {
    appsUrl: url.safeParse((gateway as JsonObject | undefined)?.baseUrl).data,
    /** The portal as the back end knows it, and as browsers open it, where that is another host. */
    portals: ['backend', 'app'].flatMap(
      part =>
        url.safeParse(root.getOptional<JsonObject>(part)?.baseUrl).data ?? [],
    ),
    gpu: gpuSchema.safeParse(gpu).data,
    roleRefs: roleNames.safeParse(roles).data ?? roleNames.parse({}),
    tagsAreList: Array.isArray(tags),
  };
}

function schemaFor(context: ReturnType<typeof contextOf>) {
  const { portals, appsUrl, gpu, roleRefs, tagsAreList } = context;
  const refs = RoleRefs.create(roleRefs);
  const roles = rolesSchema(refs);
  const appStore = section({
    gateway: section({
      /** Scheme, apps' domain and port: `http://apps.localhost:7008`. */
      baseUrl: url.superRefine((apps, { addIssue }) => {
        const portal = portals.find(each => !isSeparate(apps, each));
        if (portal)
          addIssue({
            code: 'custom',
            message: `must not be or lie under the portal's host name (${portal.hostname}): every app would receive the portal's sign-in cookie; choose a domain of its own for apps`,
          });
      }),
    }),
    roles: roleNames
      .extend({
        admin: roles,
        fullAccess: roles,
        appImporter: roles,
        claimsLapse: duration({ least: -1 }).default(720 * HOUR),
      })
      .prefault({}),
    limits,
    uploadTimeout: duration().default(15 * MINUTE),
    installTimeout: duration().default(15 * MINUTE),
    instanceTimeout: duration({ least: -1 }).default(8 * HOUR),
    instanceExtension: duration({ least: 0 }).default(4 * HOUR),
    startTimeout: duration().default(5 * MINUTE),
    terminatedRetention: duration({ least: 0 }).default(168 * HOUR),
    preconditionInterval: duration({ least: -1 }).default(10 * MINUTE),
    audit: section({ retentionDays: wholeNumber({ min: 1 }).default(365) }),
    iam: section({ enabled: flag.default(false) }),
    catalog: section({ policyWired: flag.default(false) }),
    declarations: declarationsSchema,
    aliases: section({
      reserved: reservedAliases,
      hosts: aliasHosts(appsUrl, portals),
      nameRest: duration({ least: 0 }).default(168 * HOUR),
    }),
    packages: section({
      npmRegistry: text.optional(),
      pypiIndex: text.optional(),
    }),
    tags: tagsSchema(refs, tagsAreList),
    kubernetes: kubernetesSchema,
    /** Whether answers of the API are checked against its document, too: for tests. */
    checkAnswers: flag.default(false),
    /** Whether owners may download bundles. */
    downloads: flag.default(true),
    requireRuntimeVersion: flag.default(false),
    allowedCustomImages: z.array(pattern).default([]),
    allowedWaveVariables: z
      .array(pattern)
      .default(() => [...ALLOWED_WAVE_VARIABLES]),
    /** `owned`: only who brought the first version of a name may add one. `open`: everybody may, and the highest version is the one that people get. */
    appNames: z.enum(['open', 'owned']).default('owned'),
    /** Whether PUBLIC apps are listed for people who are not signed in. */
    publicMode: flag.default(false),
    /** Names of the tags that are categories. */
    categoryTags: texts.default([]),
    notices: z.array(notice).default([]),
    branding: section({
      title: text.default('App Store'),
      logoUrl: address('data:').optional(),
      color: cssColor.optional(),
    }),
    commandUrl: address('https:', 'http:').optional(),
    launchProfiles: profilesSchema(gpu),
    gpu: gpuSchema,
    /** Whether every app has to say its memory and processor sizes. */
    requireResources: flag.default(false),
    /** What `{{REGISTRY}}` stands for in `Runtime.CustomImage`. */
    appRegistry: text.default(''),
    shmSize: quantity.default('2Gi'),
    /** Of the directories of an app that go with its pod: its files, and what is installed for it. */
    appDirectorySize: quantity.default('10Gi'),
    bundles: bundlesSchema,
    resources: resources.prefault({}),
    runtimes: runtimesSchema,
    extraEnv: z.array(variable).default([]),
    examples: examples.optional(),
  });
  return z.object({
    backend: section({ baseUrl: url }),
    appStore,
  });
}

/** What pods reach where it is not said: who names rules for all of them has said all of it. */
function networkPolicyOf({
  egress,
  ...settings
}: KubernetesSettings['networkPolicy']) {
  const fallback = egress ? 'none' : 'internet';
  return {
    ...settings,
    egress: egress ?? [],
    defaultEgress: settings.defaultEgress ?? [fallback],
    allowedEgress: settings.allowedEgress ?? [fallback],
  };
}

/**
 * Reads `appStore` and what of the portal's own configuration matters to it.
 *
 * @throws InputError naming every key that is wrong
 */
export function readStoreConfig(root: Config) {
  const context = contextOf(root);
  const { backend, appStore } = readConfig(root, schemaFor(context));
  const {
    gateway,
    roles,
    uploadTimeout,
    installTimeout,
    instanceTimeout,
    instanceExtension,
    startTimeout,
    terminatedRetention,
    preconditionInterval,
    audit,
    iam,
    catalog,
    aliases,
    packages,
    tags,
    kubernetes,
    ...same
  } = appStore;
  const portalUrl = backend.baseUrl;
  const networkPolicy = networkPolicyOf(kubernetes.networkPolicy);
  return {
    ...same,
    ...packages,
    appsUrl: gateway.baseUrl,
    portalUrl,
    adminGroups: roles.admin,
    fullAccessGroups: roles.fullAccess,
    /** Of the admins, those who import apps of the marketplace; all of them where there are none. */
    appImporters: roles.appImporter,
    roleRefs: context.roleRefs,
    /** What a sign-in said of a person holds for this long; -1: for ever. */
    claimsLapseSeconds: roles.claimsLapse,
    uploadTimeoutSeconds: uploadTimeout,
    /** An app's dependencies are given up after this long. */
    installTimeoutSeconds: installTimeout,
    instanceTimeoutSeconds: instanceTimeout,
    /** How much longer an owner may have an instance run, once for each start; 0 for not at all. */
    extensionSeconds: instanceExtension,
    startTimeoutSeconds: startTimeout,
    /** How long the volume of a terminated instance is kept. */
    terminatedRetentionSeconds: terminatedRetention,
    /** Between two looks at whether an app can be run here. */
    preconditionSeconds: preconditionInterval,
    auditRetentionDays: audit.retentionDays,
    /** Whether policies count that an admin lays over the access rules (specification 3.7). */
    iamEnabled: iam.enabled,
    /** Whether the portal's permission policy asks the store what of the catalog people may read. */
    catalogPolicyWired: catalog.policyWired,
    /** Names that nobody may have as an alias. */
    reservedAliases: aliases.reserved,
    /** Host names outside the apps' domain that aliases may have. */
    aliasHosts: aliases.hosts,
    /** How long the name of a deleted alias is kept for its last owner. */
    aliasRestSeconds: aliases.nameRest,
    /** What apps may ask to reach. */
    allowedEgress: networkPolicy.allowedEgress,
    /** What is no public address, beside private and reserved ones. */
    notPublic: networkPolicy.notPublic,
    kubernetes: {
      ...kubernetes,
      networkPolicy,
      storeUrl: kubernetes.storeUrl ?? portalUrl.origin,
    },
    tags: tags.list,
    /** For whom tags without admin roles are. */
    emptyAdminRoles: tags.emptyAdminRoles,
  };
}

/** The store's configuration, checked. */
export type StoreConfig = ReturnType<typeof readStoreConfig>;
