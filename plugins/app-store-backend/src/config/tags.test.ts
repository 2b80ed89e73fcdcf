import { ConfigReader } from '@backstage/config';
import type { JsonValue } from '@backstage/types';
import { readStoreConfig } from './StoreConfig';

const read = ({ tags }: { tags: JsonValue }) =>
  readStoreConfig(
    new ConfigReader({
      backend: { baseUrl: 'http://localhost:7007' },
      appStore: {
        gateway: { baseUrl: 'http://apps.localhost:7008' },
        bundles: { directory: '/b' },
        tags,
      },
    }),
  );

it('reads tags as a list, or as a list beside what is set for all', () => {
  const list = [{ name: 'a', color: null, adminRoles: ['x'] }];
  const tag = {
    name: 'a',
    title: 'a',
    color: '#5b6b7b',
    description: '',
    visitorRoles: [],
    adminRoles: ['group:default/x'],
  };
  expect(read({ tags: list })).toMatchObject({
    tags: [tag],
    emptyAdminRoles: 'everyone',
  });
  expect(read({ tags: { list, emptyAdminRoles: 'admins' } })).toMatchObject({
    tags: [tag],
    emptyAdminRoles: 'admins',
  });
});

it.each([
  [{ name: '' }, 'name'],
  [{ name: 'a b' }, 'name'],
  [{ name: 'a'.repeat(64) }, 'name'],
  [{ name: 'a', title: 'x'.repeat(101) }, 'title'],
  [{ name: 'a', title: 'turned \u202e around' }, 'title'],
  [{ name: 'a', description: 'x'.repeat(1001) }, 'description'],
])('refuses what the API refuses: %j', (tag, key) => {
  expect(() => read({ tags: [tag] })).toThrow(
    new RegExp(`appStore\\.tags\\[0\\]\\.${key}`),
  );
});
