import { ResponseError } from '@backstage/errors';
import { registerFile } from './registerFile';

const FILE = 'https://git.example/team/app/catalog-info.yaml';

async function answered(status: number, name: string, message: string) {
  const body = {
    error: { name, message },
    request: { method: 'POST', url: '/locations' },
    response: { statusCode: status },
  };
  return ResponseError.fromResponse(
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json' },
    }),
  );
}

function catalogThat(answer: { exists?: boolean } | Error) {
  return {
    addLocation: jest.fn(async () => {
      if (answer instanceof Error) throw answer;
      const location = { id: '1', type: 'url', target: FILE };
      return {
        location: { ...location, entityRef: 'location:default/x' },
        entities: [],
        ...answer,
      };
    }),
  };
}

it('registers a file once it was read', async () => {
  const catalog = catalogThat({});
  await registerFile(catalog, FILE);
  expect(catalog.addLocation.mock.calls).toEqual([
    [{ target: FILE, dryRun: true }],
    [{ target: FILE }],
  ]);
});

it.each([
  [
    400,
    'InputError',
    'NotFoundError: Unable to read url, no matching files found for x',
    {
      code: 'FILE_NOT_FOUND',
      owner: 'author',
      detail:
        'The file was not registered. There is no such file: no matching files found for x',
    },
  ],
  // The name of the file is no sign of a mistake in it.
  [
    400,
    'InputError',
    'Error: Unable to read url, connect ECONNREFUSED https://git.example/catalog-info.yaml',
    { code: 'FILE_NOT_READ', owner: 'platform' },
  ],
  [
    400,
    'InputError',
    'InputError: Processor AppStoreKindsProcessor threw an error while validating the entity app:default/x; caused by InputError: spec has unknown keys: sorce',
    {
      code: 'BAD_FILE',
      owner: 'author',
      detail:
        'The file was not registered. The catalog cannot use the file. app:default/x: spec has unknown keys: sorce',
    },
  ],
  // What follows the first line is the file itself.
  [
    400,
    'InputError',
    'InputError: YAML error at url:x, YAMLParseError: Missing closing quote\n\ntoken: "hunter2',
    {
      code: 'BAD_FILE',
      owner: 'author',
      detail:
        'The file was not registered. The catalog cannot use the file. YAML error at url:x, YAMLParseError: Missing closing quote',
    },
  ],
  [403, 'NotAllowedError', '', { code: 'NOT_ALLOWED', owner: 'admin' }],
  [
    503,
    'ServiceUnavailableError',
    'away',
    { code: 'CATALOG_FAILED', owner: 'platform' },
  ],
])(
  'says what a catalog means that answers %s',
  async (status, name, message, problem) => {
    const catalog = catalogThat(await answered(status, name, message));
    await expect(registerFile(catalog, FILE)).rejects.toMatchObject({
      problem,
    });
    expect(catalog.addLocation).toHaveBeenCalledTimes(1);
  },
);

it('registers no file twice', async () => {
  const catalog = catalogThat({ exists: true });
  await expect(registerFile(catalog, FILE)).rejects.toMatchObject({
    problem: { code: 'REGISTERED_ALREADY' },
  });
  expect(catalog.addLocation).toHaveBeenCalledTimes(1);
});
