import { appStoreSearchFields, appStoreSearchText } from './searchText';

it('has name, version, keywords and description of what is the store’s', () => {
  const entity = {
    apiVersion: 'ai-app-store.io/v1alpha1',
    kind: 'App',
    metadata: { name: 'x', tags: ['wave'], description: 'Says hello.' },
    spec: { name: 'wave-hello', version: '1.0' },
  };
  expect(appStoreSearchText(entity)).toBe(
    'Says hello. : wave-hello : 1.0 : wave',
  );
  expect(
    appStoreSearchText({ ...entity, apiVersion: 'backstage.io/v1alpha1' }),
  ).toBeUndefined();
  expect(appStoreSearchFields(entity)).toEqual({
    appName: 'wave-hello',
    appVersion: '1.0',
    description: 'Says hello.',
  });
  expect(appStoreSearchFields({ ...entity, kind: 'AppTag' })).toEqual({});

  // A declaration of an app is no app of the store's list.
  const declared = {
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: { 'ai-app-store.io/declaration': 'app:default/x' },
    },
  };
  expect(appStoreSearchText(declared)).toBeUndefined();
  expect(appStoreSearchFields(declared)).toEqual({});
});
