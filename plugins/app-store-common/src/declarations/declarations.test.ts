import Ajv2020 from 'ajv/dist/2020';
import { CATALOG_API_VERSION } from '../catalogNames';
import { declarationsJsonSchema } from './jsonSchemas';
import { fullRef, readDeclaration } from './readDeclaration';
import type { DeclarationKind } from './specs';

const entity = (kind: string, spec: unknown, metadata: object = {}) => ({
  apiVersion: CATALOG_API_VERSION,
  kind,
  metadata: { name: 'lunch', ...metadata },
  spec,
});

describe('readDeclaration', () => {
  it('reads each kind, with defaults', () => {
    const specs: Array<[DeclarationKind, object, object]> = [
      ['App', {}, { source: './', visibility: 'PRIVATE' }],
      ['AppTag', { color: '#0b7a75' }, { color: '#0b7a75' }],
      [
        'AppInstance',
        { app: 'lunch' },
        { app: 'lunch', visibility: 'PRIVATE' },
      ],
      [
        'AppSecret',
        {
          keys: {
            token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } },
          },
        },
        {
          visibility: 'PRIVATE',
          keys: {
            token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } },
          },
        },
      ],
      [
        'AppAlias',
        { instance: 'lunch' },
        { instance: 'lunch', primary: false },
      ],
    ];
    for (const [kind, spec, read] of specs)
      expect(readDeclaration(entity(kind, spec, { title: 'Lunch' }))).toEqual({
        declaration: {
          kind,
          entityRef: `${kind.toLowerCase()}:default/lunch`,
          name: 'lunch',
          namespace: 'default',
          title: 'Lunch',
          spec: read,
        },
      });
  });

  it.each<[string, object, string, string]>([
    ['App', { visibility: 'EVERYBODY' }, 'spec.visibility', 'Invalid option'],
    [
      'App',
      { sorce: './' },
      'spec',
      'has unknown keys: sorce. It may have owner, source,',
    ],
    ['AppTag', { color: 'red' }, 'spec.color', 'Invalid string'],
    ['AppInstance', {}, 'spec', 'needs one of app and appName'],
    [
      'AppInstance',
      { app: 'a', appName: 'b' },
      'spec',
      'needs one of app and appName',
    ],
    [
      'AppAlias',
      { instance: 'a', instanceId: '6f1b9d4e-8e4e-4c6c-9a3b-111111111111' },
      'spec',
      'takes only one',
    ],
    ['AppAlias', { primary: true }, 'spec', 'needs an instance'],
    ['AppAlias', { name: 'Not A Host' }, 'spec.name', ''],
    ['AppSecret', { keys: {} }, 'spec.keys', 'needs at least one key'],
    [
      'AppSecret',
      {
        visibility: 'APP',
        keys: { a: { valueFrom: { environmentVariable: 'A' } } },
      },
      'spec',
      'needs a parent',
    ],
    [
      'AppSecret',
      { keys: { a: { valueFrom: {} } } },
      'spec.keys.a.valueFrom',
      'needs one of',
    ],
  ])('refuses %s %j at %s', (kind, spec, path, message) => {
    const { issues } = readDeclaration(entity(kind, spec));
    expect(issues).toEqual([
      { path, message: expect.stringContaining(message) },
    ]);
  });

  it.each([
    { keys: { token: 'hunter2' } },
    { keys: { token: { value: 'hunter2' } } },
    { keys: { token: { valueFrom: 'hunter2' } } },
    { keys: { token: { valueFrom: { environmentVariable: 'hunter 2' } } } },
    { data: { token: 'hunter2' }, keys: {} },
    { stringData: { token: 'hunter2' } },
    { keys: { token: ['hunter2'] } },
  ])('does not say a value that stands where a reference belongs: %j', spec => {
    const { issues } = readDeclaration(entity('AppSecret', spec));
    expect(issues!.length).toBeGreaterThan(0);
    expect(JSON.stringify(issues)).not.toMatch(/hunter/);
  });

  it('says what a value in place of a reference is', () => {
    expect(
      readDeclaration(entity('AppSecret', { keys: { token: { value: 'x' } } }))
        .issues,
    ).toContainEqual({
      path: 'spec.keys.token',
      message: expect.stringContaining('never the value itself'),
    });
  });

  it('refuses texts that would break a page or a terminal', () => {
    const issuesOf = (spec: object, metadata: object = {}) =>
      readDeclaration(entity('AppTag', spec, metadata)).issues?.map(
        ({ path }) => path,
      );
    expect(issuesOf({}, { title: 'a\u202eb' })).toEqual(['metadata.title']);
    expect(issuesOf({}, { title: 'x'.repeat(101) })).toEqual([
      'metadata.title',
    ]);
    expect(issuesOf({}, { title: '' })).toEqual(['metadata.title']);
    expect(issuesOf({}, { description: 'a\0b' })).toEqual([
      'metadata.description',
    ]);
    expect(issuesOf({}, { description: 'a\nb' })).toBeUndefined();
    expect(issuesOf({}, { title: 7 })).toEqual(['metadata.title']);
    expect(issuesOf({ adminRoles: ['group:default/\u0007'] })).toEqual([
      'spec.adminRoles.0',
    ]);
  });

  it('refuses what is no entity of the store', () => {
    const issuesOf = (change: object) =>
      readDeclaration({ ...entity('App', {}), ...change }).issues?.map(
        issue => issue.path,
      );
    expect(issuesOf({ apiVersion: 'backstage.io/v1alpha1' })).toEqual([
      'apiVersion',
    ]);
    expect(issuesOf({ kind: 'Component' })).toEqual(['kind']);
    expect(issuesOf({ metadata: { name: '../x' } })).toEqual(['metadata.name']);
    expect(issuesOf({ metadata: { name: 'x', namespace: 'A B' } })).toEqual([
      'metadata.namespace',
    ]);
  });
});

it('knows a ref in all its forms', () => {
  const defaults = { kind: 'AppInstance', namespace: 'team' };
  for (const [text, ref] of [
    ['lunch', 'appinstance:team/lunch'],
    ['Default/Lunch', 'appinstance:default/lunch'],
    ['app:lunch', 'app:team/lunch'],
    ['App:Default/Lunch', 'app:default/lunch'],
    ['a:b:c', undefined],
    ['', undefined],
  ] as const)
    expect(fullRef(text, defaults)).toBe(ref);
});

describe('the JSON Schema', () => {
  const validate = new Ajv2020({
    strict: false,
    validateFormats: false,
  }).compile(declarationsJsonSchema());

  it('takes what is read, and refuses what is not', () => {
    expect(validate(entity('App', { visibility: 'ALL_USERS' }))).toBe(true);
    expect(validate(entity('App', { visibility: 'ALL' }))).toBe(false);
    expect(validate(entity('App', { sorce: './' }))).toBe(false);
    expect(
      validate(entity('AppSecret', { keys: { token: { value: 'x' } } })),
    ).toBe(false);
    expect(validate(entity('AppAlias', { instance: 'lunch' }))).toBe(true);
  });

  it('leaves documents of others alone', () => {
    expect(
      validate({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'x' },
        spec: { type: 'website' },
      }),
    ).toBe(true);
  });
});
