/**
 * Each rule of specification 2.2, 5 and 6, broken in turn: what is refused, by
 * which rule, and where it points to.
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { checkBundle } from './checkBundle';
import type { BundleFile, FileTree } from './FileTree';

/** A bundle in memory. */
function treeOf(files: Record<string, string | Buffer>): FileTree {
  const list = Object.entries(files).map(([path, content]): BundleFile => {
    const data = Buffer.from(content);
    return {
      path,
      size: data.length,
      executable: false,
      open: async () => Readable.from([data]),
      readAll: async () => data,
    };
  });
  return {
    files: list,
    find: path => list.find(file => file.path === path),
    read: file => file.readAll!(),
  };
}

const APP = ['[App]', 'Name = "a"', 'Version = "1.0"'];
const NODE = ['[Runtime]', 'AppMode = "node"', 'Module = "server.js"'];
const LINK = [...APP, 'InstanceLifecycle = "LINK"'];
const ENV = [...APP, ...NODE, '[[Env]]'];
const FILE = [...APP, ...NODE, '[[File]]'];
const long = (n: number) => 'a'.repeat(n);

interface Case {
  rule: string;
  toml: string[];
  /** `Table.Key`, or the file. */
  path: string;
  /** In `app.toml`, from 1; absent for what is nowhere. */
  line?: number;
  message: RegExp;
  files?: Record<string, string>;
}

const app = (
  rule: string,
  line: string,
  path: string,
  message: RegExp,
): Case => ({
  rule,
  toml: [...APP, line, ...NODE],
  path,
  line: 4,
  message,
});
const runtime = (
  rule: string,
  line: string,
  path: string,
  message: RegExp,
): Case => ({ rule, toml: [...APP, ...NODE, line], path, line: 7, message });
const env = (
  rule: string,
  lines: string[],
  path: string,
  line: number,
  message: RegExp,
): Case => ({ rule, toml: [...ENV, ...lines], path, line, message });
const file = (
  rule: string,
  lines: string[],
  path: string,
  line: number,
  message: RegExp,
): Case => ({ rule, toml: [...FILE, ...lines], path, line, message });
const named = (rule: string, name: string, message: RegExp): Case => ({
  rule,
  toml: ['[App]', `Name = ${name}`, 'Version = "1.0"', ...NODE],
  path: 'App.Name',
  line: 2,
  message,
});
const versioned = (rule: string, version: string, message: RegExp): Case => ({
  rule,
  toml: ['[App]', 'Name = "a"', `Version = ${version}`, ...NODE],
  path: 'App.Version',
  line: 3,
  message,
});

const CASES: Case[] = [
  // 2.2: name and version
  {
    rule: 'no [App]',
    toml: NODE,
    path: 'App',
    message: /is missing/,
  },
  {
    rule: 'no name',
    toml: ['[App]', 'Version = "1"', ...NODE],
    path: 'App.Name',
    line: 1,
    message: /is missing/,
  },
  {
    rule: 'no version',
    toml: ['[App]', 'Name = "a"', ...NODE],
    path: 'App.Version',
    line: 1,
    message: /is missing/,
  },
  named('a name of 64 characters', `"${long(64)}"`, /longer than 63/),
  named('an empty name', '""', /is (empty|missing)/),
  named('a name that begins with a dash', '"-a"', /start and end/),
  named('a name that ends in a dot', '"a."', /start and end/),
  named('a name with a blank', '"a b"', /can contain letters/),
  named('a name with a slash', '"a/b"', /can contain letters/),
  named('a name with a letter that is not ASCII', '"ä"', /can contain letters/),
  named('a name that is a number', '7', /must be a string/),
  named('a name with a NUL', '"a\\u0000"', /NUL/),
  versioned('a version of 64 characters', `"1.${long(62)}"`, /longer than 63/),
  versioned('a version that is a word', '"latest"', /MAJOR/),
  ...[
    '"{{VERSION}}"',
    '"{{ version }}"',
    '"${VERSION}"',
    '"1.0.$BUILD"',
    '"%VERSION%"',
    '"@VERSION@"',
    '"__VERSION__"',
    '"<version>"',
    '"VERSION"',
    '"MAJOR.MINOR.PATCH"',
  ].map(each =>
    versioned(
      `20: the placeholder ${each}`,
      each,
      /is the placeholder ".*", which was not replaced/,
    ),
  ),
  versioned(
    '20: a long row of what may begin a placeholder',
    `"${'{{'.repeat(100_000)}"`,
    /MAJOR|longer than/,
  ),
  named(
    '20: a name of a template',
    '"com.example.{{NAME}}"',
    /is the placeholder/,
  ),
  // 10: what turns texts around
  ...['Title', 'Description', 'Category', 'LongDescription'].map(key =>
    app(
      `10: a direction override in ${key}`,
      `${key} = "a\\u202Eb"`,
      `App.${key}`,
      /changes the direction of text \(U\+202E\)/,
    ),
  ),
  ...['Tags', 'Keywords'].map(key =>
    app(
      `10: a direction isolate in ${key}`,
      `${key} = ["fine", "a\\u2066b"]`,
      `App.${key}`,
      /changes the direction of text \(U\+2066\)/,
    ),
  ),
  app(
    '10: a direction mark in Title',
    'Title = "a\\u200Fb"',
    'App.Title',
    /U\+200F/,
  ),
  app(
    '10: a line separator in Title',
    'Title = "a\\u2028b"',
    'App.Title',
    /single line/,
  ),
  ...(
    [
      ['Title', '"a\\u202Eb"'],
      ['Description', '"a\\u202Eb"'],
      ['Default', '"a\\u202Eb"'],
      ['Choices', '["a\\u202Eb"]'],
    ] as const
  ).map(
    ([key, value]): Case => ({
      rule: `10: a direction override in Parameter.${key}`,
      toml: [
        ...APP,
        ...NODE,
        '[[Parameter]]',
        'Name = "P"',
        ...(key === 'Choices' ? ['Type = "choice"'] : []),
        `${key} = ${value}`,
      ],
      path: `Parameter.${key}`,
      line: key === 'Choices' ? 10 : 9,
      message: /changes the direction of text/,
    }),
  ),
  {
    rule: '10: a direction override in the long description',
    toml: [...APP, 'LongDescription = "about.md"', ...NODE],
    path: 'about.md',
    message: /line 2 that changes the direction of text \(U\+202E\)/,
    files: { 'about.md': '# Fine\nnot \u202efine' },
  },
  env(
    '10: a variable of the platform',
    ['Name = "APP_STORE_APP_MODE"', 'Value = "x"'],
    'Env.Name',
    8,
    /reserved for the platform/,
  ),
  versioned('a version with a v', '"v1.0"', /MAJOR/),
  versioned('a version of four parts', '"1.2.3.4"', /MAJOR/),
  versioned('a version that is a number', '1.0', /must be a string/),
  versioned('an empty version', '""', /is (empty|missing)/),
  {
    rule: 'name and version that are too long together',
    toml: ['[App]', `Name = "${long(60)}"`, 'Version = "1.2.3"', ...NODE],
    path: 'App.Version',
    line: 3,
    message: /longer than 63/,
  },
  // 6.1 [App]
  app(
    'a title that is a list',
    'Title = ["a"]',
    'App.Title',
    /must be a string/,
  ),
  app(
    'a title of 201 characters',
    `Title = "${long(201)}"`,
    'App.Title',
    /200/,
  ),
  app(
    'a description of two lines',
    'Description = "a\\nb"',
    'App.Description',
    /single line/,
  ),
  app(
    'a title that steers a terminal',
    'Title = "a\\u001b[2Jb"',
    'App.Title',
    /control characters/,
  ),
  app(
    'a keyword with a line break',
    'Keywords = ["a\\nb"]',
    'App.Keywords',
    /control characters/,
  ),
  app('a tag with a tab', 'Tags = ["a\\tb"]', 'App.Tags', /control characters/),
  app('tags that are a text', 'Tags = "A"', 'App.Tags', /list of strings/),
  app('tags that are numbers', 'Tags = [1]', 'App.Tags', /must be a string/),
  app(
    'keywords that are a text',
    'Keywords = "a"',
    'App.Keywords',
    /list of strings/,
  ),
  app(
    'a lifecycle that is none',
    'InstanceLifecycle = "FOREVER"',
    'App.InstanceLifecycle',
    /one of ON_DEMAND/,
  ),
  app(
    'a timeout without a unit',
    'InstanceTimeout = "30"',
    'App.InstanceTimeout',
    /duration/,
  ),
  app(
    'a timeout that is a number',
    'InstanceTimeout = 30',
    'App.InstanceTimeout',
    /must be a string/,
  ),
  app(
    'a long description that is not there',
    'LongDescription = "about.md"',
    'App.LongDescription',
    /not in the bundle/,
  ),
  // 6.2 [Runtime]
  {
    rule: 'no module',
    toml: [...APP, '[Runtime]', 'AppMode = "node"'],
    path: 'Runtime.Module',
    line: 4,
    message: /is missing/,
  },
  {
    rule: 'a module that is not there',
    toml: [...APP, '[Runtime]', 'AppMode = "node"', 'Module = "app.js"'],
    path: 'Runtime.Module',
    line: 6,
    message: /has no app\.js/,
  },
  {
    rule: 'a Python module that is not there',
    toml: [
      ...APP,
      '[Runtime]',
      'AppMode = "python"',
      'Port = 80',
      'Module = "src.app"',
    ],
    path: 'Runtime.Module',
    line: 7,
    message: /has no src\/app\.py/,
  },
  {
    rule: 'a Wave module that is not there',
    toml: [...APP, '[Runtime]', 'Module = "src.app"'],
    path: 'Runtime.Module',
    line: 5,
    message: /has no src\/app\.py/,
  },
  {
    rule: 'a site without a first page',
    toml: [...APP, '[Runtime]', 'AppMode = "static"', 'Module = "site"'],
    path: 'Runtime.Module',
    line: 6,
    message: /has no site\/index\.html/,
  },
  runtime('[Runtime] twice', '[Runtime]', 'app.toml', /cannot be read/),
  {
    rule: 'a mode that is none',
    toml: [...APP, '[Runtime]', 'AppMode = "java"', 'Module = "a"'],
    path: 'Runtime.AppMode',
    line: 5,
    message: /one of wave, python/,
  },
  {
    rule: 'Python without a port',
    toml: [...APP, '[Runtime]', 'AppMode = "python"', 'Module = "server"'],
    path: 'Runtime.Port',
    line: 4,
    message: /is missing/,
    files: { 'server.py': '' },
  },
  {
    rule: 'a container without a port',
    toml: [...APP, '[Runtime]', 'AppMode = "container"', 'CustomImage = "a"'],
    path: 'Runtime.Port',
    line: 4,
    message: /is missing/,
  },
  runtime('port 0', 'Port = 0', 'Runtime.Port', /1 to 65535/),
  runtime('port 65536', 'Port = 65536', 'Runtime.Port', /1 to 65535/),
  runtime('half a port', 'Port = 80.5', 'Runtime.Port', /whole number/),
  runtime('a port in words', 'Port = "http"', 'Runtime.Port', /whole number/),
  runtime(
    'a limit that is a number',
    'MemoryLimit = 512',
    'Runtime.MemoryLimit',
    /must be a string/,
  ),
  runtime(
    'a limit with a blank',
    'MemoryLimit = "512 Mi"',
    'Runtime.MemoryLimit',
    /Kubernetes quantity/,
  ),
  runtime(
    'a limit in MB',
    'MemoryLimit = "512MB"',
    'Runtime.MemoryLimit',
    /Kubernetes quantity/,
  ),
  runtime(
    'a reservation that is negative',
    'MemoryReservation = "-1Gi"',
    'Runtime.MemoryReservation',
    /Kubernetes quantity/,
  ),
  {
    rule: 'more memory set aside than allowed',
    toml: [...APP, ...NODE, 'MemoryLimit = "1Gi"', 'MemoryReservation = "2Gi"'],
    path: 'Runtime.MemoryReservation',
    line: 8,
    message: /more than MemoryLimit/,
  },
  {
    rule: 'more CPU set aside than allowed',
    toml: [...APP, ...NODE, 'CPUReservation = "1"', 'CPULimit = "500m"'],
    path: 'Runtime.CPUReservation',
    line: 7,
    message: /more than CPULimit/,
  },
  runtime('a CPU in words', 'CPULimit = "two"', 'Runtime.CPULimit', /quantity/),
  runtime(
    'a negative number of GPUs',
    'GPUCount = -1',
    'Runtime.GPUCount',
    /negative/,
  ),
  runtime(
    'GPUs in words',
    'GPUCount = "1"',
    'Runtime.GPUCount',
    /whole number/,
  ),
  // What is missing has no place but its table's.
  {
    rule: 'a mount without a size',
    toml: [...APP, ...NODE, 'VolumeMount = "/data"'],
    path: 'Runtime.VolumeSize',
    line: 4,
    message: /belong together/,
  },
  {
    rule: 'a size without a mount',
    toml: [...APP, ...NODE, 'VolumeSize = "1Gi"'],
    path: 'Runtime.VolumeMount',
    line: 4,
    message: /belong together/,
  },
  {
    rule: 'a volume of nothing',
    toml: [...APP, ...NODE, 'VolumeMount = "/data"', 'VolumeSize = "0"'],
    path: 'Runtime.VolumeSize',
    line: 8,
    message: /greater than zero/,
  },
  ...(
    [
      ['a relative mount', 'data', /absolute path/],
      ['a mount that climbs', '/data/../etc', /absolute path/],
      ['a mount at the root', '/', /absolute path/],
      ['a mount over the app', '/app', /must not hide/],
      ['a mount over the resources', '/resources', /must not hide/],
      ['a mount in the system', '/usr/lib', /must not hide/],
      ['a mount with a colon', '/a:b', /absolute path/],
      ['a mount over files of the bundle', '/app/site', /is a directory/],
    ] as const
  ).map(
    ([rule, mount, message]): Case => ({
      rule,
      toml: [...APP, ...NODE, `VolumeMount = "${mount}"`, 'VolumeSize = "1Gi"'],
      path: 'Runtime.VolumeMount',
      line: 7,
      message,
      files: { 'site/index.html': '' },
    }),
  ),
  runtime(
    'OIDC in words',
    'EnableOIDC = "yes"',
    'Runtime.EnableOIDC',
    /true or false/,
  ),
  runtime(
    'shared memory by a number',
    'EnableSHM = 1',
    'Runtime.EnableSHM',
    /true or false/,
  ),
  runtime(
    'read-only files in words',
    'ReadOnlyFiles = "yes"',
    'Runtime.ReadOnlyFiles',
    /true or false/,
  ),
  {
    rule: 'a volume in read-only files',
    toml: [
      ...APP,
      ...NODE,
      'ReadOnlyFiles = true',
      'VolumeMount = "/app/data"',
      'VolumeSize = "1Gi"',
    ],
    path: 'Runtime.VolumeMount',
    line: 8,
    message: /must not lie in the app's directory: it is read-only/,
  },
  ...['conf/x', '/app/conf/x'].map(
    (path): Case => ({
      rule: `the file ${path} in read-only files`,
      toml: [
        ...APP,
        ...NODE,
        'ReadOnlyFiles = true',
        '[[File]]',
        `Path = "${path}"`,
        'Value = "1"',
      ],
      path: 'File.Path',
      line: 9,
      message: /must not lie in the app's directory: it is read-only/,
    }),
  ),
  runtime(
    'a routing mode that is none',
    'RoutingMode = "PATH"',
    'Runtime.RoutingMode',
    /one of DOMAIN/,
  ),
  runtime(
    'frames that are no list',
    'FrameAncestors = "https://wiki.example"',
    'Runtime.FrameAncestors',
    /list of strings/,
  ),
  runtime(
    'a frame ancestor that would end the policy',
    'FrameAncestors = ["https://wiki.example; script-src *"]',
    'Runtime.FrameAncestors',
    /origin such as/,
  ),
  runtime(
    'a frame ancestor with a path',
    'FrameAncestors = ["https://wiki.example/page"]',
    'Runtime.FrameAncestors',
    /origin such as/,
  ),
  runtime(
    'a way out to a name',
    'Egress = ["db.example.com:5432"]',
    'Runtime.Egress',
    /"internet", "none", or a range of addresses/,
  ),
  runtime(
    'no way out, and one',
    'Egress = ["none", "internet"]',
    'Runtime.Egress',
    /must not have other entries beside "none"/,
  ),
  runtime('no way out at all', 'Egress = []', 'Runtime.Egress', /an entry/),
  runtime(
    'arguments that are a text',
    'AppArgs = "-v"',
    'Runtime.AppArgs',
    /list of strings/,
  ),
  runtime(
    'an entry point that is a text',
    'AppEntryPoint = "/bin/sh"',
    'Runtime.AppEntryPoint',
    /list of strings/,
  ),
  // 6.3 [[Env]]
  {
    rule: '[Env] as one table',
    toml: [...APP, ...NODE, '[Env]', 'Name = "A"', 'Value = "1"'],
    path: 'Env',
    line: 7,
    message: /list of tables/,
  },
  env('no name', ['Value = "1"'], 'Env.Name', 7, /is missing/),
  env(
    'a name that is none',
    ['Name = "1A"', 'Value = "1"'],
    'Env.Name',
    8,
    /name of an environment variable/,
  ),
  env(
    'a name with an equals sign',
    ['Name = "A=B"', 'Value = "1"'],
    'Env.Name',
    8,
    /name of an environment variable/,
  ),
  env(
    "the platform's own",
    ['Name = "H2O_CLOUD_INSTANCE_ID"', 'Value = "1"'],
    'Env.Name',
    8,
    /reserved for the platform/,
  ),
  env(
    "Wave's own",
    ['Name = "H2O_WAVE_LISTEN"', 'Value = ":80"'],
    'Env.Name',
    8,
    /cannot be set/,
  ),
  env('neither value nor secret', ['Name = "A"'], 'Env.Value', 7, /is missing/),
  env(
    'a secret without a key',
    ['Name = "A"', 'Secret = "s"'],
    'Env.SecretKey',
    7,
    /is missing/,
  ),
  env(
    'a key without a secret',
    ['Name = "A"', 'SecretKey = "k"'],
    'Env.Value',
    7,
    /is missing/,
  ),
  env(
    'value and secret',
    ['Name = "A"', 'Value = "1"', 'Secret = "s"', 'SecretKey = "k"'],
    'Env.Value',
    9,
    /excludes/,
  ),
  env(
    'a value that is optional',
    ['Name = "A"', 'Value = "1"', 'Optional = true'],
    'Env.Value',
    9,
    /excludes/,
  ),
  env(
    'a value that is a number',
    ['Name = "A"', 'Value = 1'],
    'Env.Value',
    9,
    /must be a string/,
  ),
  env(
    'a secret that cannot exist',
    ['Name = "A"', 'Secret = "My Secret"', 'SecretKey = "k"'],
    'Env.Secret',
    9,
    /is not a valid/,
  ),
  env(
    'a key that cannot exist',
    ['Name = "A"', 'Secret = "s"', 'SecretKey = "a b"'],
    'Env.SecretKey',
    10,
    /is not a valid/,
  ),
  env(
    'the second of two',
    [
      'Name = "A"',
      'Value = "1"',
      '[[Env]]',
      'Name = "H2O_CLOUD_X"',
      'Value = ""',
    ],
    'Env.Name',
    11,
    /reserved for the platform/,
  ),
  // 6.4 [[File]]
  file('no path', ['Value = "1"'], 'File.Path', 7, /is missing/),
  file(
    'a file at the root',
    ['Path = "/x.txt"', 'Value = "1"'],
    'File.Path',
    8,
    /its own directory/,
  ),
  file(
    'a file beside the app',
    ['Path = "x.txt"', 'Value = "1"'],
    'File.Path',
    8,
    /its own directory/,
  ),
  file(
    'a file that climbs',
    ['Path = "a/../../x"', 'Value = "1"'],
    'File.Path',
    8,
    /points outside its directory/,
  ),
  file(
    'a file under /resources',
    ['Path = "/resources/x"', 'Value = "1"'],
    'File.Path',
    8,
    /\/resources/,
  ),
  file(
    'a file in the system',
    ['Path = "/etc/app/x"', 'Value = "1"'],
    'File.Path',
    8,
    /system/,
  ),
  file(
    'two files in a directory',
    ['Path = "a/x"', 'Value = "1"', '[[File]]', 'Path = "a/y"', 'Value = "1"'],
    'File.Path',
    11,
    /shares the directory/,
  ),
  file(
    'neither value nor secret of a file',
    ['Path = "a/x"'],
    'File.Value',
    7,
    /is missing/,
  ),
  file(
    'value and secret of a file',
    ['Path = "a/x"', 'Value = "1"', 'Secret = "s"', 'SecretKey = "k"'],
    'File.Value',
    9,
    /excludes/,
  ),
  // 6.5 [Link]
  {
    rule: 'a link without an address',
    toml: LINK,
    path: 'Link.Address',
    message: /is missing/,
  },
  {
    rule: 'a link to a script',
    toml: [...LINK, '[Link]', 'Address = "javascript:alert(1)"'],
    path: 'Link.Address',
    line: 6,
    message: /http or https/,
  },
  {
    rule: 'a link to no URL',
    toml: [...LINK, '[Link]', 'Address = "example"'],
    path: 'Link.Address',
    line: 6,
    message: /http or https/,
  },
  {
    rule: 'a link that runs',
    toml: [...LINK, ...NODE, '[Link]', 'Address = "https://a.example"'],
    path: 'Runtime',
    line: 5,
    message: /must be empty/,
  },
  {
    rule: 'a link with files',
    toml: [
      ...LINK,
      '[Link]',
      'Address = "https://a.example"',
      '[[File]]',
      'Path = "a/x"',
      'Value = "1"',
    ],
    path: 'File',
    line: 7,
    message: /must be empty/,
  },
  // 5: files
  {
    rule: 'no TOML',
    toml: [...APP, 'Title = "open'],
    path: 'app.toml',
    line: 4,
    message: /cannot be read/,
  },
  {
    rule: 'a package list that is none',
    toml: [...APP, ...NODE],
    path: 'packages.txt',
    message: /not a valid package name/,
    files: { 'packages.txt': 'curl\n; rm -rf /\n' },
  },
  {
    rule: 'an icon that is none',
    toml: [...APP, ...NODE],
    path: 'static/icon.png',
    message: /not a PNG or JPEG/,
    files: { 'static/icon.png': '<svg onload="alert(1)"/>' },
  },
];

describe('the rules of a bundle', () => {
  it('are at least sixty', () =>
    expect(CASES.length).toBeGreaterThanOrEqual(60));

  it.each(CASES.map(each => [each.rule, each] as const))(
    'refuse %s',
    async (_, { toml, path, line, message, files }) => {
      const { issues } = await checkBundle(
        treeOf({ 'app.toml': toml.join('\n'), 'server.js': '', ...files }),
      );
      expect(
        issues
          .filter(issue => issue.severity === 'error')
          .map(issue => ({
            path: issue.path,
            line: issue.line,
            message: issue.message,
            remedy: Boolean(issue.remedy),
          })),
      ).toContainEqual({
        path,
        line,
        message: expect.stringMatching(message),
        remedy: true,
      });
    },
  );

  describe('20: Module where there is a requirements.txt', () => {
    const wheel = async (path: string): Promise<Buffer> => {
      const zip = new ZipFile();
      zip.addBuffer(Buffer.from(''), path);
      zip.end();
      return buffer(zip.outputStream);
    };
    const faults = async (
      module: string,
      files: Record<string, string | Buffer>,
    ) =>
      (
        await checkBundle(
          treeOf({
            'app.toml': [
              ...APP,
              '[Runtime]',
              'AppMode = "python"',
              'Port = 80',
              `Module = "${module}"`,
            ].join('\n'),
            ...files,
          }),
        )
      ).issues.map(issue => [issue.code, issue.message, issue.remedy]);

    it.each<[string, string, Record<string, string | Buffer>]>([
      [
        'a typing error',
        'src.ap',
        { 'src/app.py': '', 'requirements.txt': 'h2o-wave==1.0\nnumpy\n' },
      ],
      [
        'comments and options only',
        'app',
        { 'requirements.txt': '# app\n--index-url http://app/\n-c app.txt\n' },
      ],
      [
        'a wheel that has another module',
        'app',
        {
          'requirements.txt': './w/x-1-py3-none-any.whl\n',
          'w/x-1-py3-none-any.whl': 'WHEEL other/__init__.py',
        },
      ],
      [
        'a directory without it',
        'app',
        { 'requirements.txt': '-e ./lib\n', 'lib/pyproject.toml': '' },
      ],
      [
        'a file that is not there',
        'app',
        { 'requirements.txt': '-r more.txt\n' },
      ],
    ])('20: is refused for %s', async (_, module, files) => {
      expect(await faults(module, await packed(files))).toEqual([
        [
          'MODULE_MISSING',
          expect.stringContaining(
            'no package in requirements.txt has this name',
          ),
          expect.stringContaining('add the package that has it'),
        ],
      ]);
    });

    it.each<[string, string, Record<string, string | Buffer>]>([
      [
        'a package of that name',
        'jupyterlab',
        { 'requirements.txt': 'JupyterLab>=4 ; python_version > "3"\n' },
      ],
      [
        'one with extras',
        'uvicorn.main',
        { 'requirements.txt': 'uvicorn[standard]==0.30\n' },
      ],
      [
        'one that only begins alike',
        'streamlit',
        { 'requirements.txt': 'streamlit-nightly\n' },
      ],
      [
        'words joined otherwise',
        'my_app.web',
        { 'requirements.txt': 'my-app @ https://example.com/x.zip\n' },
      ],
      [
        'an address',
        'app',
        { 'requirements.txt': 'git+https://example.com/x.git\n' },
      ],
      [
        'a wheel that has it',
        'app.web',
        {
          'requirements.txt': './w/x-1-py3-none-any.whl\n',
          'w/x-1-py3-none-any.whl': 'WHEEL app/web.py',
        },
      ],
      [
        'a project of the bundle',
        'app',
        { 'requirements.txt': '-e ./lib\n', 'lib/src/app/__init__.py': '' },
      ],
      [
        'the bundle itself',
        'app',
        { 'requirements.txt': '.\n', 'src/app.py': '' },
      ],
      [
        'another file',
        'gradio',
        { 'requirements.txt': '-r more.txt\n', 'more.txt': 'gradio\n' },
      ],
      ['its own file', 'app', { 'requirements.txt': 'numpy\n', 'app.py': '' }],
    ])('20: is accepted for %s', async (_, module, files) => {
      expect(await faults(module, await packed(files))).toEqual([]);
    });

    /** `WHEEL path` stands for a wheel with one file. */
    async function packed(files: Record<string, string | Buffer>) {
      const entries = await Promise.all(
        Object.entries(files).map(async ([path, content]) => [
          path,
          String(content).startsWith('WHEEL ')
            ? await wheel(String(content).slice(6))
            : content,
        ]),
      );
      return Object.fromEntries(entries) as Record<string, string | Buffer>;
    }

    it('20: takes no name of a module for a pattern', async () => {
      expect(
        await faults('(a+)+$', {
          'requirements.txt': '.\n',
          [`${'a'.repeat(200)}!`]: '',
        }),
      ).toEqual([['MODULE_MISSING', expect.anything(), expect.anything()]]);
    });
  });

  it('10: marks of single letters are fine in a long description', async () => {
    const { issues } = await checkBundle(
      treeOf({
        'app.toml': [...APP, 'LongDescription = "a.md"', ...NODE].join('\n'),
        'server.js': '',
        'a.md': 'العربية\u200f (x)',
      }),
    );
    expect(issues).toEqual([]);
  });

  it('find nothing in what is right', async () => {
    const { issues } = await checkBundle(
      treeOf({ 'app.toml': [...APP, ...NODE].join('\n'), 'server.js': '' }),
    );
    expect(issues).toEqual([]);
  });

  it('warn of what is odd and allowed', async () => {
    const toml = [
      ...APP,
      'Colour = "red"',
      ...NODE,
      '[Brand]',
      '[[Env]]',
      'Name = "A"',
      'Secret = "No Secret"',
      'SecretKey = "k"',
      'Optional = true',
      '[[File]]',
      'Path = "site/x"',
      'Value = "1"',
    ];
    const { issues } = await checkBundle(
      treeOf({
        'app.toml': toml.join('\n'),
        'server.js': '',
        'site/index.html': '',
        '.env': 'TOKEN=1',
        'static/icon.svg': '<svg/>',
      }),
    );
    expect(issues.map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'App.Colour'],
      ['warning', 'Brand'],
      ['warning', 'Env.Secret'],
      ['warning', 'File.Path'],
      ['warning', 'static/icon.svg'],
      ['warning', '.env'],
    ]);
  });
});
