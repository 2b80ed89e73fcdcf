import { compareVersions } from '../names';
import { readAppToml } from './readAppToml';

const app = 'Name = "com.example.a"\nVersion = "1.2.3"\n';
const node = '[Runtime]\nAppMode = "node"\nModule = "server.js"\n';
const read = (toml: string) => readAppToml(toml);
const errors = (toml: string) =>
  read(toml)
    .issues.filter(issue => issue.severity === 'error')
    .map(issue => issue.path);

describe('readAppToml', () => {
  it('reads keys whatever their case, with defaults', () => {
    const { manifest, issues } = read(
      `[app]\nname = "a"\nversion = "1.0"\ntags = ["X"]\n[runtime]\nmodule = "src.app"\n`,
    );
    expect(issues).toEqual([]);
    expect(manifest).toMatchObject({
      name: 'a',
      title: 'a',
      tags: ['X'],
      lifecycle: 'ON_DEMAND',
      runtime: {
        mode: 'wave',
        port: 10101,
        gpuCount: 0,
        routingMode: 'DOMAIN',
      },
    });
  });

  it('tolerates tables and keys of the app itself', () => {
    const { manifest, issues } = read(
      `[App]\n${app}Colour = "red"\n${node}[Brand]\nx = 1\n`,
    );
    expect(manifest).toBeDefined();
    expect(issues.map(issue => [issue.severity, issue.path])).toEqual([
      ['warning', 'App.Colour'],
      ['warning', 'Brand'],
    ]);
  });

  it('takes the name where the title has nothing to see', () => {
    const { manifest } = read(`[App]\n${app}Title = " \u00a0"\n${node}`);
    expect(manifest?.title).toBe('com.example.a');
  });

  it('warns about a title and a description that the pages would cut off', () => {
    const of = (title: string, description: string) =>
      read(
        `[App]\n${app}Title = "${title}"\nDescription = "${description}"\n${node}`,
      );
    // Letters are counted, not units of UTF-16.
    const fits = of('🚀'.repeat(60), 'd'.repeat(160));
    expect(fits.manifest).toBeDefined();
    expect(fits.issues).toEqual([]);
    const long = of('t'.repeat(61), 'd'.repeat(161));
    expect(long.manifest).toBeDefined();
    expect(
      long.issues.map(({ severity, path, message }) => [
        severity,
        path,
        message.match(/\d+ characters/)?.[0],
      ]),
    ).toEqual([
      ['warning', 'App.Title', '61 characters'],
      ['warning', 'App.Description', '161 characters'],
    ]);
  });

  it.each([
    ['no [App]', node, ['App', 'App.Name', 'App.Version']],
    [
      'a long name',
      `[App]\nName = "${'a'.repeat(64)}"\nVersion = "1"\n${node}`,
      ['App.Name'],
    ],
    [
      'a name that ends in a dash',
      `[App]\nName = "a-"\nVersion = "1"\n${node}`,
      ['App.Name'],
    ],
    [
      'name and version too long together',
      `[App]\nName = "${'a'.repeat(60)}"\nVersion = "1.2.3"\n${node}`,
      ['App.Version'],
    ],
    [
      'no module',
      `[App]\n${app}[Runtime]\nAppMode = "node"\n`,
      ['Runtime.Module'],
    ],
    [
      'no port for python',
      `[App]\n${app}[Runtime]\nAppMode = "python"\nModule = "a"\n`,
      ['Runtime.Port'],
    ],
    [
      'a size without a mount',
      `[App]\n${app}${node}VolumeSize = "1Gi"\n`,
      ['Runtime.VolumeMount'],
    ],
    [
      'a mount that climbs',
      `[App]\n${app}${node}VolumeSize = "1Gi"\nVolumeMount = "/data/../etc"\n`,
      ['Runtime.VolumeMount', 'Runtime.VolumeMount'],
    ],
    [
      'a mount in the system',
      `[App]\n${app}${node}VolumeSize = "1Gi"\nVolumeMount = "/usr/sbin"\n`,
      ['Runtime.VolumeMount'],
    ],
    [
      'H2O_CLOUD',
      `[App]\n${app}${node}[[Env]]\nName = "H2O_CLOUD_X"\nValue = "1"\n`,
      ['Env.Name'],
    ],
    [
      'H2O_WAVE_LISTEN',
      `[App]\n${app}${node}[[Env]]\nName = "H2O_WAVE_LISTEN"\nValue = "1"\n`,
      ['Env.Name'],
    ],
    [
      'value and secret',
      `[App]\n${app}${node}[[Env]]\nName = "A"\nValue = "1"\nSecret = "s"\nSecretKey = "k"\n`,
      ['Env.Value'],
    ],
    [
      'value and optional',
      `[App]\n${app}${node}[[Env]]\nName = "A"\nValue = "1"\nOptional = true\n`,
      ['Env.Value'],
    ],
    [
      'a file at the root',
      `[App]\n${app}${node}[[File]]\nPath = "/x.txt"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'a file beside the app',
      `[App]\n${app}${node}[[File]]\nPath = "x.txt"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      "a file beside the app's, in full",
      `[App]\n${app}${node}[[File]]\nPath = "/app/server.js"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'a file where the volume is',
      `[App]\n${app}${node}VolumeSize = "1Gi"\nVolumeMount = "/data/"\n[[File]]\nPath = "/data/x.json"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'one directory, written in two ways',
      `[App]\n${app}${node}[[File]]\nPath = "conf/a"\nValue = "1"\n[[File]]\nPath = "/app/conf/b"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'a file under /resources',
      `[App]\n${app}${node}[[File]]\nPath = "/resources/x"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'two files in one directory',
      `[App]\n${app}${node}[[File]]\nPath = "a/x"\nValue = "1"\n[[File]]\nPath = "a/y"\nValue = "1"\n`,
      ['File.Path'],
    ],
    [
      'a link without address',
      `[App]\n${app}InstanceLifecycle = "LINK"\n`,
      ['Link.Address'],
    ],
    [
      'a link with a runtime',
      `[App]\n${app}InstanceLifecycle = "LINK"\n${node}[Link]\nAddress = "https://x"\n`,
      ['Runtime'],
    ],
    ['a NUL', `[App]\n${app}Title = "a\\u0000b"\n${node}`, ['App.Title']],
    ['no TOML', '[App\n', ['app.toml']],
  ])('refuses %s', (_, toml, paths) => {
    expect([...new Set(errors(toml))]).toEqual([...new Set(paths)]);
  });

  it.each([
    'H2O_WAVE_APP_MODE',
    'H2O_WAVE_ML_FOO',
    'H2O_WAVE_MAX_REQUEST_SIZE',
  ])('takes %s', name => {
    expect(
      errors(`[App]\n${app}${node}[[Env]]\nName = "${name}"\nValue = "1"\n`),
    ).toEqual([]);
  });

  it('says where a fault is', () => {
    const { issues } = read(
      `[App]\n${app}${node}  Port = 0\n[[Env]]\nName = "A"\nValue = "1"\n[[Env]]\n  Name = "H2O_CLOUD_X"\nValue = "2"\n`,
    );
    expect(
      issues.map(({ path, line, column }) => ({ path, line, column })),
    ).toEqual([
      { path: 'Runtime.Port', line: 7, column: 3 },
      { path: 'Env.Name', line: 12, column: 3 },
    ]);
  });

  it('has words for names that are empty', () => {
    const { issues } = read(`"" = 1\n[App]\n${app}"" = 2\n${node}`);
    expect(issues.map(issue => issue.path)).toEqual(['""', 'App.""']);
  });

  it('bounds its own work', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `k${i} = 1`).join('\n');
    expect(read(`[App]\n${app}${many}\n${node}`).issues.length).toBe(100);
    expect(errors(`[App]\n${app}# ${'x'.repeat(300_000)}`)).toEqual([
      'app.toml',
    ]);
  });
});

describe('compareVersions', () => {
  it('orders as people expect', () => {
    const versions = [
      '1.10',
      '1.9',
      '2',
      '1.9.1',
      '1.9-rc.1',
      '0.0.1-20220110102302',
      '1.0.0',
    ];
    expect([...versions].sort(compareVersions)).toEqual([
      '0.0.1-20220110102302',
      '1.0.0',
      '1.9-rc.1',
      '1.9',
      '1.9.1',
      '1.10',
      '2',
    ]);
  });
});
