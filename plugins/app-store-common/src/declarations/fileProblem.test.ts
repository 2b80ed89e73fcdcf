import { fileProblem } from './fileProblem';

const FILE = 'https://git.example/team/app/catalog-info.yaml';

it.each([
  [
    'of a file that is not there',
    `NotFoundError: Unable to read url, no matching files found for ${FILE}`,
    'FILE_NOT_FOUND',
    'author',
  ],
  [
    'of a file that was removed',
    `NotFoundError: Unable to read url, NotFoundError: ${FILE} could not be read, 404 Not Found`,
    'FILE_NOT_FOUND',
    'author',
  ],
  [
    'of a host that does not answer, whatever the name of the file',
    `Error: Unable to read url, request to ${FILE} failed, reason: connect ECONNREFUSED 127.0.0.1:1`,
    'FILE_NOT_READ',
    'platform',
  ],
  [
    'of a server that fails',
    `Error: Unable to read url, ${FILE} could not be read, 503 Service Unavailable`,
    'FILE_NOT_READ',
    'platform',
  ],
  [
    'of a host that the portal may not read',
    `Error: Unable to read url, NotAllowedError: Reading from '${FILE}' is not allowed. You may need to configure an integration for the target host.`,
    'FILE_NOT_ALLOWED',
    'admin',
  ],
  [
    'of a document with a mistake',
    'InputError: Processor AppStoreKindsProcessor threw an error while validating the entity app:default/x; caused by InputError: spec has unknown keys: sorce',
    'BAD_FILE',
    'author',
  ],
  [
    'of a file that is no YAML',
    `InputError: YAML error at url:${FILE}, YAMLParseError: Missing closing quote`,
    'BAD_FILE',
    'author',
  ],
])('says whose fault it is %s', (_, said, code, owner) => {
  expect(fileProblem(said)).toMatchObject({ code, owner });
});

it('says what is wrong with an entity, and not how the catalog found out', () => {
  expect(
    fileProblem(
      'InputError: Processor AppStoreKindsProcessor threw an error while validating the entity app:default/x; caused by InputError: spec has unknown keys: sorce',
    ).message,
  ).toBe(
    'The catalog cannot use the file. app:default/x: spec has unknown keys: sorce',
  );
});

it('tells nothing of the file, which may hold a value', () => {
  expect(
    JSON.stringify(
      fileProblem(
        'InputError: YAML error at url:x, YAMLParseError: Missing closing quote\n\ntoken: "hunter2',
      ),
    ),
  ).not.toContain('hunter2');
});
