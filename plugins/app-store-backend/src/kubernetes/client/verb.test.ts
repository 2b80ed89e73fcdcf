import { verbOf } from './verb';

it.each([
  ['/api/v1/namespaces/n/pods', {}, 'list'],
  ['/api/v1/namespaces/n/pods', { query: { watch: true } }, 'watch'],
  ['/api/v1/namespaces/n/pods/p', {}, 'get'],
  ['/api/v1/namespaces/n/pods/p/log', {}, 'get'],
  ['/api/v1/namespaces/n', {}, 'get'],
  ['/apis/apps/v1/namespaces/n/deployments', {}, 'list'],
  ['/apis/apps/v1/namespaces/n/deployments/d', {}, 'get'],
  ['/apis/apps/v1/namespaces/n/deployments/d', { method: 'PATCH' }, 'patch'],
  ['/apis/apps/v1/namespaces/n/deployments', { method: 'POST' }, 'create'],
  ['/apis/apps/v1/namespaces/n/deployments/d', { method: 'DELETE' }, 'delete'],
])('15: %s %j is %s', (path, call, verb) => {
  expect(verbOf(path, call)).toBe(verb);
});
