import type { GatewayAlias } from '@ai-app-store/backstage-plugin-app-store-common';
import { readHost } from './hosts';
import { destination, type AddressBook } from './addressing';

const D = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';
const NONE = '33333333-3333-4333-8333-333333333333';
const domain = 'apps.example';
const OUTSIDE = '.example.org';

function book(aliases: GatewayAlias[]): AddressBook {
  const routes = new Map(
    [
      [D, 'DOMAIN' as const],
      [B, 'BASE_URL' as const],
    ].map(([id, routingMode]) => [id, { id, routingMode } as never]),
  );
  return {
    get: id => routes.get(id),
    alias: name => aliases.find(alias => alias.name === name),
    primaryOf: id =>
      aliases.find(alias => alias.primary && alias.instanceId === id)?.name,
  };
}

function lead(label: string, path: string, aliases: GatewayAlias[] = []) {
  const known = book(aliases);
  const name = label ? `${label}.${domain}` : domain;
  const host = readHost(label.endsWith(OUTSIDE) ? label : name, domain, known);
  if (host.kind === 'foreign') return 'foreign';
  const found = destination(host, path, known);
  if (found.kind === 'instance') return `serves ${found.route.id}`;
  if (found.kind === 'redirect')
    return `${found.status} ${found.label}${found.path}`;
  return found.kind;
}

const a = { name: 'a', instanceId: D, primary: false };
const b = { name: 'b', instanceId: D, primary: true };
const out = { name: 'dash.example.org', instanceId: D, primary: true };

describe('addresses', () => {
  it.each([
    // An instance without aliases.
    [D, '/x?y', [], `serves ${D}`],
    [NONE, '/', [], 'unknown'],
    // No primary alias: the host of the id is it.
    ['a', '/x?y', [a], `302 ${D}/x?y`],
    // A primary alias: every other host leads to it.
    ['b', '/x', [a, b], `serves ${D}`],
    ['a', '/x?y=1', [a, b], '302 b/x?y=1'],
    [D, '/', [a, b], '302 b/'],
    // Aliases without an instance, or of one that is gone.
    ['c', '/', [{ name: 'c', primary: false }], 'unassigned'],
    ['c', '/', [{ name: 'c', instanceId: NONE, primary: true }], 'unknown'],
    ['d', '/', [], 'unknown'],
    // An alias that is a host name outside the apps' domain.
    ['dash.example.org', '/x', [out], `serves ${D}`],
    ['DASH.example.org', '/x', [], 'foreign'],
    ['x.dash.example.org', '/', [out], 'foreign'],
    ['a', '/x', [a, out], '302 dash.example.org/x'],
    ['dash.example.org', '/x', [{ ...out, primary: false }, b], '302 b/x'],
    [
      'dash.example.org',
      '/',
      [{ name: 'dash.example.org', primary: false }],
      'unassigned',
    ],
    // A DOMAIN app by its path.
    ['', `/instance/${D}/x?y`, [], `307 ${D}/x?y`],
    ['', `/instance/${D}`, [], `307 ${D}/`],
    ['', `/instance/${D}?q=1`, [], `307 ${D}/?q=1`],
    ['', `/instance/${D}/x`, [b], '307 b/x'],
    ['', `/instance/${NONE}/`, [], 'unknown'],
    // A BASE_URL app: a host of its own, and the path that it knows.
    ['', `/instance/${B}/x?y`, [], `307 ${B}/instance/${B}/x?y`],
    [B, `/instance/${B}/x`, [], `serves ${B}`],
    [B, '/x?y', [], `307 ${B}/instance/${B}/x?y`],
    [B, '/', [], `307 ${B}/instance/${B}/`],
    [B, `/instance/${B}`, [], `307 ${B}/instance/${B}/`],
    [B, `/instance/${B}?q`, [], `307 ${B}/instance/${B}/?q`],
    [
      'e',
      `/instance/${B}/x`,
      [{ name: 'e', instanceId: B, primary: true }],
      `serves ${B}`,
    ],
    // A DOMAIN app's own path of that form is its own.
    [D, `/instance/${D}/x`, [], `serves ${D}`],
    // The domain itself.
    ['', '/', [], 'catalogue'],
    ['', '/apps/x', [], 'catalogue'],
    ['', '/instance/nonsense/', [], 'catalogue'],
    ['-bad-', '/', [], 'unknown'],
    ['a.b', '/', [], 'unknown'],
  ] as Array<[string, string, GatewayAlias[], string]>)(
    '%s%s',
    (label, path, aliases, expected) => {
      expect(lead(label, path, aliases)).toBe(expected);
    },
  );

  it('do not depend on case, port or a last dot', () => {
    expect(readHost('B.APPS.example.:8080', domain, book([]))).toEqual({
      kind: 'alias',
      name: 'b',
      hostname: 'b.apps.example',
    });
    expect(readHost('Dash.Example.org.:8080', domain, book([out]))).toEqual({
      kind: 'alias',
      name: 'dash.example.org',
      hostname: 'dash.example.org',
    });
    expect(readHost('apps.example.evil', domain, book([]))).toEqual({
      kind: 'foreign',
    });
  });
});
