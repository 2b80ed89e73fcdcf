/**
 * Every key of `app.toml`, for every kind of app: it has an effect, or the import is
 * refused for it with a reason, or says in a warning that it has none. The keys are
 * those of the schema: a new one without a row here fails.
 */
import { checkBundle } from '@ai-app-store/bundle';
import {
  APP_TOML_KEYS,
  remarksOf,
  type AppManifest,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { ConfigReader } from '@backstage/config';
import { Readable } from 'node:stream';
import { readStoreConfig } from '../config/StoreConfig';
import { toRow } from './appRows';
import { appRecord, instanceInput } from '../__testUtils__/fixtures';
import { Policy } from '../policy';
import { routingOf } from '../gateway/RouteReader';
import { AppPresenter } from './presentApp';
import { Runtimes } from './Runtimes';
import { buildInstanceObjects } from '../kubernetes/manifests/instanceObjects';

/** Kinds of apps: the modes, and the lifecycles that change what keys mean. */
const KINDS = [
  'wave',
  'python',
  'node',
  'static',
  'container',
  'MANAGED',
  'LINK',
] as const;
type Kind = (typeof KINDS)[number];

type Outcome =
  /** Something is another thing with it. */
  | 'effect'
  /** The import is refused, and says why. */
  | 'refused'
  /** The import says that it has no effect, or none here, and why. */
  | 'warned';
/** One outcome for all kinds, or one each. */
type Outcomes = Outcome | (Partial<Record<Kind, Outcome>> & { else: Outcome });

interface Row {
  /** Lines of its table that hold the key, beside what the kind needs. */
  given: string[];
  /** The same without the key; nothing where it is left out. */
  without?: string[];
  outcome: Outcomes;
}

const RUNS = (outcome: Outcome): Outcomes => ({
  LINK: 'refused',
  else: outcome,
});
const LINK_IDLE: Outcomes = { LINK: 'warned', else: 'effect' };

const ROWS: Record<string, Row> = {
  'App.Name': {
    given: ['Name = "other"'],
    without: ['Name = "a"'],
    outcome: 'effect',
  },
  'App.Version': {
    given: ['Version = "2.0"'],
    without: ['Version = "1.0"'],
    outcome: 'effect',
  },
  'App.Title': { given: ['Title = "Other"'], outcome: 'effect' },
  'App.Description': { given: ['Description = "Other"'], outcome: 'effect' },
  'App.LongDescription': {
    given: ['LongDescription = "about.md"'],
    outcome: 'effect',
  },
  'App.Tags': { given: ['Tags = ["X"]'], outcome: 'effect' },
  'App.InstanceLifecycle': {
    given: ['InstanceLifecycle = "MANAGED"'],
    without: ['InstanceLifecycle = "ON_DEMAND"'],
    outcome: 'effect',
  },
  'App.InstanceTimeout': {
    given: ['InstanceTimeout = "5m"'],
    outcome: LINK_IDLE,
  },
  'App.Category': { given: ['Category = "Sales"'], outcome: 'effect' },
  'App.Keywords': { given: ['Keywords = ["word"]'], outcome: 'effect' },
  'App.SetupGuide': {
    given: ['SetupGuide = "about.md"'],
    outcome: 'warned',
  },
  'Runtime.Module': {
    given: ['Module = "other"'],
    outcome: {
      // The fixture's own module is needed: see `toml`.
      container: 'warned',
      LINK: 'refused',
      else: 'effect',
    },
  },
  'Runtime.RuntimeVersion': {
    given: ['RuntimeVersion = "second"'],
    outcome: RUNS('effect'),
  },
  'Runtime.AppMode': {
    given: ['AppMode = "python"', 'Port = 9001', 'Module = "other"'],
    without: ['AppMode = "node"', 'Port = 9001', 'Module = "other"'],
    outcome: RUNS('effect'),
  },
  'Runtime.Port': { given: ['Port = 9000'], outcome: RUNS('effect') },
  'Runtime.CustomImage': {
    given: ['CustomImage = "registry/other:1"'],
    outcome: { container: 'effect', else: 'refused' },
  },
  'Runtime.AppArgs': {
    given: ['AppArgs = ["--fast"]'],
    outcome: {
      wave: 'refused',
      static: 'refused',
      LINK: 'refused',
      else: 'effect',
    },
  },
  'Runtime.AppEntryPoint': {
    given: ['AppEntryPoint = ["/run"]'],
    outcome: { container: 'effect', else: 'refused' },
  },
  'Runtime.MemoryLimit': {
    given: ['MemoryLimit = "3Gi"'],
    outcome: RUNS('effect'),
  },
  'Runtime.MemoryReservation': {
    given: ['MemoryReservation = "100Mi"'],
    outcome: RUNS('effect'),
  },
  'Runtime.CPULimit': { given: ['CPULimit = "2"'], outcome: RUNS('effect') },
  'Runtime.CPUReservation': {
    given: ['CPUReservation = "1"'],
    outcome: RUNS('effect'),
  },
  'Runtime.GPUCount': { given: ['GPUCount = 1'], outcome: RUNS('effect') },
  'Runtime.GPUType': {
    given: ['GPUCount = 1', 'GPUType = "t4"'],
    without: ['GPUCount = 1'],
    outcome: RUNS('effect'),
  },
  'Runtime.VolumeMount': {
    given: ['VolumeMount = "/data"', 'VolumeSize = "1Gi"'],
    without: ['VolumeMount = "/other"', 'VolumeSize = "1Gi"'],
    outcome: RUNS('effect'),
  },
  'Runtime.VolumeSize': {
    given: ['VolumeMount = "/data"', 'VolumeSize = "2Gi"'],
    without: ['VolumeMount = "/data"', 'VolumeSize = "1Gi"'],
    outcome: RUNS('effect'),
  },
  'Runtime.ResourceVolumeSize': {
    given: ['ResourceVolumeSize = "1Gi"'],
    outcome: {
      static: 'refused',
      container: 'refused',
      LINK: 'refused',
      else: 'effect',
    },
  },
  'Runtime.EnableOIDC': {
    given: ['EnableOIDC = true'],
    outcome: RUNS('warned'),
  },
  'Runtime.EnableSHM': { given: ['EnableSHM = true'], outcome: RUNS('effect') },
  'Runtime.RoutingMode': {
    given: ['RoutingMode = "BASE_URL"'],
    outcome: RUNS('effect'),
  },
  'Runtime.FrameAncestors': {
    given: ['FrameAncestors = ["https://wiki.example"]'],
    outcome: RUNS('effect'),
  },
  'Runtime.Egress': {
    given: ['Egress = ["none"]'],
    outcome: RUNS('effect'),
  },
  'Runtime.ReadOnlyFiles': {
    given: ['ReadOnlyFiles = true'],
    outcome: {
      static: 'refused',
      container: 'refused',
      LINK: 'refused',
      else: 'effect',
    },
  },
  'Env.Name': {
    given: ['Name = "B"', 'Value = "1"'],
    without: ['Name = "A"', 'Value = "1"'],
    outcome: LINK_IDLE,
  },
  'Env.Value': {
    given: ['Name = "A"', 'Value = "2"'],
    without: ['Name = "A"', 'Value = "1"'],
    outcome: LINK_IDLE,
  },
  'Env.Secret': {
    given: ['Name = "A"', 'Secret = "t"', 'SecretKey = "k"'],
    without: ['Name = "A"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: LINK_IDLE,
  },
  'Env.SecretKey': {
    given: ['Name = "A"', 'Secret = "s"', 'SecretKey = "l"'],
    without: ['Name = "A"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: LINK_IDLE,
  },
  'Env.Optional': {
    given: ['Name = "A"', 'Secret = "s"', 'SecretKey = "k"', 'Optional = true'],
    without: ['Name = "A"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: LINK_IDLE,
  },
  'File.Path': {
    given: ['Path = "settings/x"', 'Value = "1"'],
    without: ['Path = "conf/x"', 'Value = "1"'],
    outcome: RUNS('effect'),
  },
  'File.Value': {
    given: ['Path = "conf/x"', 'Value = "2"'],
    without: ['Path = "conf/x"', 'Value = "1"'],
    outcome: RUNS('effect'),
  },
  'File.Secret': {
    given: ['Path = "conf/x"', 'Secret = "t"', 'SecretKey = "k"'],
    without: ['Path = "conf/x"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: RUNS('effect'),
  },
  'File.SecretKey': {
    given: ['Path = "conf/x"', 'Secret = "s"', 'SecretKey = "l"'],
    without: ['Path = "conf/x"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: RUNS('effect'),
  },
  'File.Optional': {
    given: [
      'Path = "conf/x"',
      'Secret = "s"',
      'SecretKey = "k"',
      'Optional = true',
    ],
    without: ['Path = "conf/x"', 'Secret = "s"', 'SecretKey = "k"'],
    outcome: RUNS('effect'),
  },
  'Parameter.Name': {
    given: ['Name = "Q"'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Parameter.Title': {
    given: ['Name = "P"', 'Title = "What"'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Parameter.Description': {
    given: ['Name = "P"', 'Description = "Why"'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Parameter.Type': {
    given: ['Name = "P"', 'Type = "number"'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Parameter.Default': {
    given: ['Name = "P"', 'Default = "1"'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Parameter.Choices': {
    given: ['Name = "P"', 'Type = "choice"', 'Choices = ["a", "b"]'],
    without: ['Name = "P"', 'Type = "choice"', 'Choices = ["a"]'],
    outcome: LINK_IDLE,
  },
  'Parameter.Required': {
    given: ['Name = "P"', 'Required = true'],
    without: ['Name = "P"'],
    outcome: LINK_IDLE,
  },
  'Link.Address': {
    given: ['Address = "https://other.example/"'],
    without: ['Address = "https://link.example/"'],
    outcome: { LINK: 'effect', else: 'warned' },
  },
};

const KEY = /^(\w+) =/;
/** What the kind needs in a table; what a row gives stands instead. */
function needed(kind: Kind, table: string): string[] {
  if (table === 'App')
    return [
      'Name = "a"',
      'Version = "1.0"',
      ...(kind === 'MANAGED' || kind === 'LINK'
        ? [`InstanceLifecycle = "${kind}"`]
        : []),
    ];
  if (table === 'Link')
    return kind === 'LINK' ? ['Address = "https://link.example/"'] : [];
  if (table !== 'Runtime' || kind === 'LINK') return [];
  const mode = kind === 'MANAGED' ? 'node' : kind;
  return [
    `AppMode = "${mode}"`,
    ...(mode === 'python' || mode === 'container' ? ['Port = 8000'] : []),
    ...(mode === 'container' ? [] : ['Module = "main"']),
  ];
}

function toml(kind: Kind, table: string, lines: string[]): string {
  return ['App', 'Runtime', 'Link', 'Env', 'File', 'Parameter']
    .map(name => {
      const own = name === table ? lines : [];
      const keys = own.map(line => KEY.exec(line)?.[1]);
      const all = [
        ...needed(kind, name).filter(
          line => !keys.includes(KEY.exec(line)?.[1]),
        ),
        ...own,
      ];
      if (!all.length) return '';
      const header = ['Env', 'File', 'Parameter'].includes(name)
        ? `[[${name}]]`
        : `[${name}]`;
      return [header, ...all, ''].join('\n');
    })
    .join('');
}

const FILES = [
  'main.py',
  'main.js',
  'main/index.html',
  'other.py',
  'other.js',
  'other/index.html',
  'about.md',
];
function check(text: string) {
  const list = [...FILES, 'app.toml'].map(path => {
    const data = Buffer.from(path === 'app.toml' ? text : `of ${path}`);
    return {
      path,
      size: data.length,
      executable: false,
      open: async () => Readable.from([data]),
      readAll: async () => data,
    };
  });
  return checkBundle({
    files: list,
    find: path => list.find(file => file.path === path),
    read: file => file.readAll!(),
  });
}

const MODES = ['wave', 'python', 'node', 'static', 'container'] as const;
const config = readStoreConfig(
  new ConfigReader({
    backend: { baseUrl: 'http://localhost:7007' },
    appStore: {
      gateway: { baseUrl: 'http://apps.localhost:7008' },
      bundles: { directory: '/b' },
      resources: { memoryLimit: '2Gi', memoryReservation: '512Mi' },
      gpu: { allowedTypes: ['t4'] },
      runtimes: MODES.flatMap(mode =>
        [mode, 'second'].map((name, i) => ({
          name,
          mode,
          default: i === 0,
          ...(mode === 'container'
            ? {}
            : {
                image: `${name}:1`,
                command: ['start', '{{module}}', '{{port}}'],
              }),
        })),
      ),
    },
  }),
);
const runtimes = new Runtimes({ config });
const presenter = new AppPresenter({
  config,
  runtimes,
  policy: Policy.create({ settings: config }),
});
const ACTOR = {
  userEntityRef: 'user:default/dev',
  roles: [],
  fullAccess: true,
  admin: false,
} as unknown as Parameters<AppPresenter['present']>[0];

/** All that comes of an app.toml, without its manifest itself. */
function whatComesOf(manifest: AppManifest, longDescription: string) {
  const draft = appRecord({
    id: '00000000-0000-4000-8000-000000000003',
    name: manifest.name,
    version: manifest.version,
    manifest,
    longDescription,
  });
  const { manifest: _, ...row } = toRow(draft);
  const record = {
    ...draft,
    tags: [],
    visitorRoles: [],
    likes: 0,
    revision: 1,
  };
  const runtime = runtimes.find(manifest);
  return {
    row,
    shown: presenter.present(ACTOR, record, { newest: true }),
    // Assigned at import.
    tags: manifest.tags,
    // Of each instance, with what the store has where it is undefined.
    timeout:
      manifest.lifecycle === 'LINK'
        ? undefined
        : manifest.instanceTimeoutSeconds,
    route: manifest.lifecycle === 'LINK' ? undefined : routingOf(manifest),
    objects:
      manifest.lifecycle === 'LINK'
        ? undefined
        : buildInstanceObjects(
            instanceInput({
              manifest,
              runtime: runtime!,
              sizes: runtimes.sizes(manifest),
              install: { timeoutSeconds: 900, limitBytes: 4 * 1024 ** 3 },
              secretIds: { s: 'id-of-s', t: 'id-of-t' },
              customImage: manifest.runtime.customImage,
            }),
          ),
  };
}

function outcomeOf({ outcome }: Row, kind: Kind): Outcome {
  return typeof outcome === 'string' ? outcome : outcome[kind] ?? outcome.else;
}

type Checked = Awaited<ReturnType<typeof check>>;

/** Whether something else comes of one than of the other. */
function differ(before: Checked, after: Checked): boolean {
  const [one, other] = [before, after].map(({ manifest, longDescription }) =>
    whatComesOf(manifest!, longDescription),
  );
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** What is made of a key; `ignored` is what must not be. */
function actual(
  told: Checked['issues'],
  failed: boolean,
  hasEffect: () => boolean,
): Outcome | 'refused for something else' | 'ignored' {
  const severities = told.map(issue => issue.severity);
  if (severities.includes('error')) return 'refused';
  if (failed) return 'refused for something else';
  if (severities.includes('warning')) return 'warned';
  return hasEffect() ? 'effect' : 'ignored';
}

describe('17: every key of app.toml', () => {
  it('17: has a row here', () => {
    expect(Object.keys(ROWS).sort()).toEqual(
      APP_TOML_KEYS.map(({ table, key }) => `${table}.${key}`).sort(),
    );
  });

  it.each(
    KINDS.flatMap(kind =>
      Object.keys(ROWS).map(name => [name, kind] as [string, Kind]),
    ),
  )('17: %s is obeyed or refused with a reason, for %s', async (name, kind) => {
    const row = ROWS[name];
    const [table, key] = name.split('.');
    const link = key === 'InstanceLifecycle' && kind === 'LINK';
    // What makes a LINK app is this key: without it, it is another one.
    const before = await check(
      toml(link ? 'node' : kind, table, row.without ?? []),
    );
    const after = await check(toml(kind, table, link ? [] : row.given));
    const told = after.issues.filter(
      ({ path }) => path === name || path === table,
    );
    // A reason, and what helps.
    for (const issue of told) {
      expect(issue.message.length).toBeGreaterThan(30);
      expect(issue.remedy).toBeTruthy();
    }
    const failed = after.issues.some(issue => issue.severity === 'error');
    expect(actual(told, failed, () => differ(before, after))).toBe(
      outcomeOf(row, kind),
    );
  });

  it('17: says on the page that an app starts without an identity provider', async () => {
    const { manifest } = await check(
      toml('wave', 'Runtime', ['EnableOIDC = true']),
    );
    const { shown } = whatComesOf(manifest!, '');
    expect(shown.remarks).toEqual([
      expect.stringContaining('the app starts without them'),
    ]);
    expect(shown.remarks).toEqual(remarksOf(manifest!));
  });

  it('17: says so of apps that were imported before a key was refused', async () => {
    const { manifest } = await check(toml('static', 'Runtime', []));
    const old = {
      ...manifest!,
      runtime: { ...manifest!.runtime, args: ['x'], customImage: 'y' },
    };
    const { shown, objects } = whatComesOf(old, '');
    expect(shown.remarks).toEqual([
      'CustomImage, AppArgs of app.toml have no effect on a static app.',
    ]);
    expect(JSON.stringify(objects)).not.toContain('"args"');
  });
});
