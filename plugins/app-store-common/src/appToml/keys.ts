/**
 * Every key of `app.toml` (specification section 6), as data: the reader, the
 * documentation and the editors' JSON Schema come from this table.
 *
 * "ours" marks what the specification does not have.
 */
import { z } from 'zod';
import { DURATION } from '../duration';
import { LINE, lineProblem } from '../texts';
import { parseEgress } from './egress';

const text = z
  .string({ error: 'must be a string' })
  .refine(value => !value.includes('\0'), {
    error: 'contains a NUL character',
  });
/** What is shown in one line, and echoed by terminals. */
const line = text.regex(LINE, {
  error: issue => lineProblem(String(issue.input)) ?? 'must be a single line',
});
const lines = z.array(line, { error: 'must be a list of strings' });
const texts = z.array(text, { error: 'must be a list of strings' });
const flag = z.boolean({ error: 'must be true or false' });
const integer = z
  .number({ error: 'must be a whole number' })
  .int('must be a whole number');
const quantity = text.regex(
  /^\d+(\.\d+)?([numkMGTPE]|[KMGTPE]i)?$/,
  'must be a Kubernetes quantity such as 512Mi, 2Gi or 500m',
);

/** True for `/data/x`: absolute, and in its shortest form but for a slash at the end. */
function isPlainAbsolutePath(path: string): boolean {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  return (
    path.startsWith('/') &&
    parts.length > 0 &&
    parts.every(
      part =>
        part &&
        part !== '.' &&
        part !== '..' &&
        !/[\\:]/.test(part) &&
        !lineProblem(part),
    )
  );
}

/** What `frame-ancestors` takes for a host, without what would end the policy (CSP 3, 2.3.1). */
const frameAncestor = text.regex(
  /^(\*|https?:\/\/(\*\.)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?(:\d{1,5})?)$/i,
  'must be an origin such as https://wiki.example.com or https://*.example.com, or *',
);

const egress = text.refine(entry => parseEgress(entry) !== undefined, {
  error:
    'must be "internet", "none", or a range of addresses such as 10.20.0.0/16:5432',
});

function oneOf(values: readonly string[]) {
  return text.refine(
    value => values.some(v => v.toUpperCase() === value.toUpperCase()),
    {
      error: `must be one of ${values.join(', ')}`,
    },
  );
}

/**
 * How an app is run. `node` and `static` are ours.
 *
 * @public
 */
export const APP_MODES = [
  'wave',
  'python',
  'container',
  'node',
  'static',
] as const;
/** @public */
export const LIFECYCLES = ['ON_DEMAND', 'MANAGED', 'LINK'] as const;
/** @public */
export const ROUTING_MODES = ['DOMAIN', 'BASE_URL'] as const;
/** @public */
export const PARAMETER_TYPES = ['text', 'number', 'boolean', 'choice'] as const;

/**
 * One key.
 *
 * @public
 */
export interface KeySpec {
  table: 'App' | 'Runtime' | 'Env' | 'File' | 'Parameter' | 'Link';
  key: string;
  type: string;
  schema: z.ZodType;
  required?: boolean;
  default?: string;
  /** What it may be, in whichever case. */
  values?: readonly string[];
  description: string;
}

/**
 * Every key of `app.toml` that the store reads, in the order of the documentation.
 *
 * @public
 */
export const APP_TOML_KEYS: readonly KeySpec[] = [
  {
    table: 'App',
    key: 'Name',
    type: 'string',
    schema: text,
    required: true,
    description:
      'Links the versions of an app. 63 characters at most; letters, digits, "-", "_", ".".',
  },
  {
    table: 'App',
    key: 'Version',
    type: 'string',
    schema: text,
    required: true,
    description:
      'MAJOR[.MINOR[.PATCH]][-pre-release]. Name and version together have 63 characters at most.',
  },
  {
    table: 'App',
    key: 'Title',
    type: 'string',
    schema: line.max(200, 'must have at most 200 characters'),
    description:
      'The title that people see; more than 60 characters are cut off on tiles and in lists. Default: the name.',
  },
  {
    table: 'App',
    key: 'Description',
    type: 'string',
    schema: line.max(1000, 'must have at most 1000 characters'),
    description:
      'One line for the store page; more than 160 characters are cut off there.',
  },
  {
    table: 'App',
    key: 'LongDescription',
    type: 'string',
    schema: line,
    description: 'Path of a Markdown file in the bundle.',
  },
  {
    table: 'App',
    key: 'Tags',
    type: 'list of strings',
    schema: lines,
    default: '[]',
    description:
      'Names of tags to assign at import. Unknown tags are skipped with a warning.',
  },
  {
    table: 'App',
    key: 'InstanceLifecycle',
    type: 'string',
    schema: oneOf(LIFECYCLES),
    values: LIFECYCLES,
    default: 'ON_DEMAND',
    description: 'ON_DEMAND, MANAGED or LINK.',
  },
  {
    table: 'App',
    key: 'InstanceTimeout',
    type: 'duration',
    schema: text.regex(
      DURATION,
      'must be a duration such as 30m or 1h30m, or -1',
    ),
    description:
      'The time from start or resume until auto-suspend; -1 means never.',
  },
  {
    table: 'App',
    key: 'Category',
    type: 'string',
    schema: line,
    description: 'Legacy, replaced by tags. A search word.',
  },
  {
    table: 'App',
    key: 'Keywords',
    type: 'list of strings',
    schema: lines,
    default: '[]',
    description: 'Search words.',
  },
  {
    table: 'App',
    key: 'SetupGuide',
    type: 'string',
    schema: line,
    description: 'Legacy, not shown. Replaced by LongDescription.',
  },
  {
    table: 'Runtime',
    key: 'Module',
    type: 'string',
    schema: line,
    description:
      'Python: the dotted module to run. Node (ours): the entry file. Static (ours): the directory to serve.',
  },
  {
    table: 'Runtime',
    key: 'RuntimeVersion',
    type: 'string',
    schema: line,
    description:
      "Name of a runtime version of this store. Default: the store's default for the mode.",
  },
  {
    table: 'Runtime',
    key: 'AppMode',
    type: 'string',
    schema: oneOf(APP_MODES),
    values: APP_MODES,
    default: 'wave',
    description: 'wave, python, container; ours: node, static.',
  },
  {
    table: 'Runtime',
    key: 'Port',
    type: 'integer',
    schema: integer
      .min(1, 'must be 1 to 65535')
      .max(65535, 'must be 1 to 65535'),
    description:
      'Port that the app listens on. Required for python and container; node and static: 8080 by default, also in the variable PORT.',
  },
  {
    table: 'Runtime',
    key: 'CustomImage',
    type: 'string',
    schema: line,
    description: 'Container image; for container apps only.',
  },
  {
    table: 'Runtime',
    key: 'AppArgs',
    type: 'list of strings',
    schema: texts,
    description:
      'Arguments of the program: of python, node and container apps only.',
  },
  {
    table: 'Runtime',
    key: 'AppEntryPoint',
    type: 'list of strings',
    schema: texts,
    description: 'Entry point of the container; for container apps only.',
  },
  {
    table: 'Runtime',
    key: 'MemoryLimit',
    type: 'quantity',
    schema: quantity,
    description: 'Memory limit. The app is ended when it uses more.',
  },
  {
    table: 'Runtime',
    key: 'MemoryReservation',
    type: 'quantity',
    schema: quantity,
    description: 'Memory to reserve.',
  },
  {
    table: 'Runtime',
    key: 'CPULimit',
    type: 'quantity',
    schema: quantity,
    description: 'CPU limit.',
  },
  {
    table: 'Runtime',
    key: 'CPUReservation',
    type: 'quantity',
    schema: quantity,
    description: 'CPU to reserve.',
  },
  {
    table: 'Runtime',
    key: 'GPUCount',
    type: 'integer',
    schema: integer.min(0, 'must not be negative'),
    default: '0',
    description: 'GPUs.',
  },
  {
    table: 'Runtime',
    key: 'GPUType',
    type: 'string',
    schema: line,
    description: 'Type of GPU.',
  },
  {
    table: 'Runtime',
    key: 'VolumeMount',
    type: 'path',
    schema: text.refine(isPlainAbsolutePath, {
      error: 'must be an absolute path without ".", ".." or empty parts',
    }),
    description:
      'Mount path of the data volume, which is kept when the instance is suspended. Needs VolumeSize.',
  },
  {
    table: 'Runtime',
    key: 'VolumeSize',
    type: 'quantity',
    schema: quantity,
    description: 'Size of the data volume. Needs VolumeMount.',
  },
  {
    table: 'Runtime',
    key: 'ResourceVolumeSize',
    type: 'quantity',
    schema: quantity,
    description:
      'Maximum size of the installed dependencies, which the store keeps when the instance is suspended. Wave, python and node apps only.',
  },
  {
    table: 'Runtime',
    key: 'EnableOIDC',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description:
      'Requests the settings of the identity provider. The store does not provide them yet: the app starts without them.',
  },
  {
    table: 'Runtime',
    key: 'EnableSHM',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description: 'Gives the app a larger /dev/shm.',
  },
  {
    table: 'Runtime',
    key: 'RoutingMode',
    type: 'string',
    schema: oneOf(ROUTING_MODES),
    values: ROUTING_MODES,
    default: 'DOMAIN',
    description: 'DOMAIN or BASE_URL.',
  },
  {
    table: 'Runtime',
    key: 'FrameAncestors',
    type: 'list of strings',
    schema: z
      .array(frameAncestor, { error: 'must be a list of strings' })
      .max(20, 'must have at most 20 entries'),
    default: '[]',
    description:
      'Ours. Origins that may show the app in a frame, in addition to its own pages and the portal; "*" means all. If the app sends its own rules for frames, those apply instead.',
  },
  {
    table: 'Runtime',
    key: 'ReadOnlyFiles',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description:
      'Ours. Makes the files of the bundle read-only for the app, and HOME /tmp. If there is nothing to install, the app starts sooner. Wave, python and node apps only: static apps work this way unless a file or volume is mounted into their directory.',
  },
  {
    table: 'Runtime',
    key: 'Egress',
    type: 'list of strings',
    schema: z
      .array(egress, { error: 'must be a list of strings' })
      .min(1, 'must have an entry; "none" is one')
      .max(50, 'must have at most 50 entries')
      .refine(
        entries => entries.length === 1 || !entries.includes('none'),
        'must not have other entries beside "none"',
      ),
    default: 'of the store',
    description:
      'Ours. What the app can reach: "internet" (public addresses), "none", or ranges of addresses such as "10.20.0.0/16" or "10.20.0.0/16:5432". An admin decides what is allowed.',
  },
  {
    table: 'Env',
    key: 'Name',
    type: 'string',
    schema: text.regex(
      /^[A-Za-z_][A-Za-z0-9_.-]*$/,
      'must be the name of an environment variable',
    ),
    required: true,
    description: 'Not H2O_CLOUD…; H2O_WAVE… only where allowed.',
  },
  {
    table: 'Env',
    key: 'Value',
    type: 'string',
    schema: text,
    description:
      'A literal value. Not together with Secret, SecretKey or Optional.',
  },
  {
    table: 'Env',
    key: 'Secret',
    type: 'string',
    schema: line,
    description: 'Name of a secret.',
  },
  {
    table: 'Env',
    key: 'SecretKey',
    type: 'string',
    schema: line,
    description: 'Key in the secret.',
  },
  {
    table: 'Env',
    key: 'Optional',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description: 'Import and run the app even if the secret is missing.',
  },
  {
    table: 'File',
    key: 'Path',
    type: 'path',
    schema: line,
    required: true,
    description: 'Path of the file, in its own directory.',
  },
  {
    table: 'File',
    key: 'Value',
    type: 'string',
    schema: text,
    description:
      'A literal value. Not together with Secret, SecretKey or Optional.',
  },
  {
    table: 'File',
    key: 'Secret',
    type: 'string',
    schema: line,
    description: 'Name of a secret.',
  },
  {
    table: 'File',
    key: 'SecretKey',
    type: 'string',
    schema: line,
    description: 'Key in the secret.',
  },
  {
    table: 'File',
    key: 'Optional',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description: 'Import and run the app even if the secret is missing.',
  },
  {
    table: 'Parameter',
    key: 'Name',
    type: 'string',
    schema: text.regex(
      /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
      'must be the name of an environment variable: letters, digits and "_", 63 at most',
    ),
    required: true,
    description: 'The environment variable that gets the value.',
  },
  {
    table: 'Parameter',
    key: 'Title',
    type: 'string',
    schema: line.max(100, 'must have at most 100 characters'),
    description: 'The label of the field. Default: the name.',
  },
  {
    table: 'Parameter',
    key: 'Description',
    type: 'string',
    schema: line.max(500, 'must have at most 500 characters'),
    description: 'Help text for the field.',
  },
  {
    table: 'Parameter',
    key: 'Type',
    type: 'string',
    schema: oneOf(PARAMETER_TYPES),
    default: 'text',
    values: PARAMETER_TYPES,
    description: 'text, number, boolean or choice.',
  },
  {
    table: 'Parameter',
    key: 'Default',
    type: 'string',
    schema: z.union([line, z.number(), z.boolean()], {
      error: 'must be a string, a number, or true or false',
    }),
    description: 'The value if nobody enters another.',
  },
  {
    table: 'Parameter',
    key: 'Choices',
    type: 'list of strings',
    schema: lines.max(100, 'must have at most 100 entries'),
    description: 'The values to choose from, for Type = "choice".',
  },
  {
    table: 'Parameter',
    key: 'Required',
    type: 'boolean',
    schema: flag,
    default: 'false',
    description: 'Whether a value is required to run the app.',
  },
  {
    table: 'Link',
    key: 'Address',
    type: 'URL',
    schema: line.refine(
      value =>
        URL.canParse(value) &&
        /^https?:/.test(value) &&
        !new URL(value).username,
      { error: 'must be an http or https URL without a user name' },
    ),
    description: 'The address that a LINK app opens.',
  },
];
