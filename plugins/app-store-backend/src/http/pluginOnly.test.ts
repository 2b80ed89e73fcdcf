import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { assertPlugin } from './pluginOnly';

describe('13: what is for some plugins alone', () => {
  const asked = (by: string) =>
    assertPlugin(
      mockServices.httpAuth({ pluginId: 'app-store' }),
      {
        headers: {
          authorization: mockCredentials.service.header({
            onBehalfOf: mockCredentials.service(by),
            targetPluginId: 'app-store',
          }),
        },
      },
      'catalog',
      'search',
    );

  it.each(['plugin:catalog', 'plugin:search'])('answers %s', async plugin => {
    await expect(asked(plugin)).resolves.toBeUndefined();
  });

  it.each(['plugin:searching', 'plugin:permission', 'plugin:', 'catalog'])(
    'answers %s not',
    async plugin => {
      await expect(asked(plugin)).rejects.toThrow(
        'for the plugin catalog or search alone',
      );
    },
  );
});
