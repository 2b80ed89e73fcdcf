import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import { AppSources } from './AppSources';

const never = () => new Promise<never>(() => {});

function sources(reader: Partial<UrlReaderService>): AppSources {
  return new AppSources({
    reader: reader as UrlReaderService,
    integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
    limits: { bundleBytes: 1000 },
    allowedWaveVariables: [],
    timeoutMs: 50,
  });
}

describe('AppSources', () => {
  it.each([
    ['directory', 'https://git.example.com/app/', { readTree: never }],
    [
      'directory in the middle of its files',
      'https://git.example.com/app/',
      {
        readTree: async () => ({
          etag: 'e',
          files: never,
          archive: never,
          dir: never,
        }),
      },
    ],
    ['bundle', 'https://example.com/app.zip', { readUrl: never }],
  ])(
    '14: gives up a %s that never answers, whatever its reader minds',
    async (_, url, reader) => {
      const work = jest.fn();
      await expect(
        sources(reader).with(url, undefined, work),
      ).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      expect(work).not.toHaveBeenCalled();
    },
  );
});
