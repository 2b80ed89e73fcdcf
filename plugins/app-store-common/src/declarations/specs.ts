/**
 * What a declaration of each kind says under `spec`. A declaration describes a resource of the
 * store in a file beside the code, and carries no rights: who it acts for, the configuration says.
 */
import { z } from 'zod';
import {
  aliasNameProblem,
  secretKeyProblem,
  secretNameProblem,
} from '../names';

const visibility = z
  .enum(['PRIVATE', 'ALL_USERS', 'PUBLIC'])
  .default('PRIVATE')
  .describe('Who may see it (specification 2.2, 2.3).');
const ref = z.string().min(1).max(255);
const owner = ref
  .optional()
  .describe(
    'Who looks after it, as the catalog shows it. Gives no rights: those come from `appStore.declarations.trust`.',
  );
const roles = z.array(ref).max(100);
const dependsOn = z
  .array(ref)
  .max(100)
  .optional()
  .describe('Entities that it needs; a relation of the catalog and no more.');

/** A text for which a rule of the names finds no fault. */
const named = (problem: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const found = problem(text);
    if (found) context.addIssue({ code: 'custom', message: found });
  });

const secretKey = named(secretKeyProblem);

const valueFrom = z
  .strictObject({
    secretKeyRef: z
      .strictObject({
        name: z.string().min(1).max(253),
        key: secretKey,
      })
      .optional()
      .describe('A key of a Kubernetes Secret in the namespace of the store.'),
    environmentVariable: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional()
      .describe('A variable in the environment of the backend.'),
  })
  .refine(
    value =>
      [value.secretKeyRef, value.environmentVariable].filter(Boolean).length ===
      1,
    'needs one of secretKeyRef and environmentVariable',
  )
  .describe(
    'Where the backend takes the value from, if the configuration allows it. Never the value itself.',
  );

const app = z.strictObject({
  owner,
  source: z
    .string()
    .min(1)
    .max(2000)
    .default('./')
    .describe(
      'The directory with `app.toml`, relative to this file, or the https URL of a bundle.',
    ),
  visibility,
  tags: z
    .array(z.string().min(1).max(63))
    .max(50)
    .optional()
    .describe(
      'Names of the tags that it has, all of them. Left out: not declared.',
    ),
  launchProfile: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('The default launch profile.'),
  dependsOn,
});

const tag = z.strictObject({
  owner,
  name: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
    .optional()
    .describe('The name in `app.toml`. Default: `metadata.name`.'),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .optional()
    .describe('`#rrggbb`'),
  visitorRoles: roles
    .optional()
    .describe('Groups whose visitors see and run apps with this tag.'),
  adminRoles: roles.optional().describe('Groups that assign and change it.'),
});

const instance = z
  .strictObject({
    owner,
    app: ref
      .optional()
      .describe('The App entity that it runs: `lunch`, `app:default/lunch`.'),
    appName: z
      .string()
      .min(1)
      .max(63)
      .optional()
      .describe('Instead of `app`: the name of an app that is in the store.'),
    version: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'A version, or a range such as `^1.2` (node-semver). Default: the version that the App entity declares, or the newest.',
      ),
    visibility,
    launchProfile: z.string().min(1).max(63).optional(),
    suspended: z
      .boolean()
      .optional()
      .describe(
        'Whether it is suspended. Left out: not declared, so that it may be suspended when nobody uses it.',
      ),
    parameters: z
      .record(z.string().min(1).max(63), z.string().max(1000))
      .optional()
      .describe('Values of the `[[Parameter]]` entries of the app.'),
    id: z
      .uuid()
      .optional()
      .describe(
        'An instance that is there already, and is declared from now on.',
      ),
    dependsOn,
  })
  .refine(
    spec => [spec.app, spec.appName].filter(Boolean).length === 1,
    'needs one of app and appName',
  );

const secret = z
  .strictObject({
    owner,
    name: named(secretNameProblem)
      .optional()
      .describe('Default: `metadata.name`.'),
    visibility: z
      .enum(['PRIVATE', 'ALL_USERS', 'APP'])
      .default('PRIVATE')
      .describe('Whose it is (specification 2.5).'),
    neededBy: z
      .array(ref)
      .max(50)
      .optional()
      .describe('App entities that need it; a relation of the catalog.'),
    parent: z
      .string()
      .regex(/^app:.+$/)
      .optional()
      .describe('Of an APP secret: `app:<app name>`.'),
    keys: z
      .record(secretKey, z.strictObject({ valueFrom }))
      .refine(keys => Object.keys(keys).length > 0, 'needs at least one key')
      .describe('Where the value of each key comes from.'),
  })
  .refine(
    spec => (spec.visibility === 'APP') === (spec.parent !== undefined),
    'needs a parent if it is APP, and only then',
  );

const alias = z
  .strictObject({
    owner,
    name: named(aliasNameProblem)
      .optional()
      .describe('Default: `metadata.name`.'),
    instance: ref
      .optional()
      .describe('The AppInstance entity that it leads to.'),
    instanceId: z
      .uuid()
      .optional()
      .describe('Instead of `instance`: the ID of an instance.'),
    primary: z
      .boolean()
      .default(false)
      .describe('Whether it is the address of the instance.'),
  })
  .refine(
    spec => !(spec.instance && spec.instanceId),
    'takes only one of instance and instanceId',
  )
  .refine(
    spec => !spec.primary || spec.instance || spec.instanceId,
    'needs an instance to be primary',
  );

/** The schema of `spec`, by kind. In the order in which they are applied: what others need comes first. */
export const DECLARATION_SPECS = {
  AppTag: tag,
  AppSecret: secret,
  App: app,
  AppInstance: instance,
  AppAlias: alias,
} as const;

/**
 * A kind that can be declared.
 *
 * @public
 */
export type DeclarationKind = keyof typeof DECLARATION_SPECS;

/**
 * The kinds that can be declared, in the order in which they are applied.
 *
 * @public
 */
export const DECLARATION_KINDS = Object.keys(
  DECLARATION_SPECS,
) as DeclarationKind[];

/**
 * What a declaration of a kind says under `spec`, with defaults.
 *
 * @public
 */
export type DeclarationSpec<K extends DeclarationKind = DeclarationKind> =
  z.output<(typeof DECLARATION_SPECS)[K]>;
