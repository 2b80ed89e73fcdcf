/** What people and other programs do to the objects of an alias by hand. */
import type { AnyObject } from '../cluster/__testUtils__/ClusterUnderTest';
import { editEach } from './__testUtils__/editedByHand';
import { FaultTests } from './__testUtils__/FaultTests';
import { ownedFields } from './__testUtils__/ownedFields';
import { row } from './__testUtils__/rows';

jest.setTimeout(600_000);

const ROUTES: Array<[kind: string, apiVersion: string, settings: object]> = [
  [
    'Ingress',
    'networking.k8s.io/v1',
    {
      routes: 'ingress',
      ingress: {
        className: 'of-nobody',
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      },
    },
  ],
  [
    'HTTPRoute',
    'gateway.networking.k8s.io/v1',
    {
      routes: 'httpRoute',
      httpRoute: { parentRefs: [{ name: 'public', namespace: 'gateways' }] },
    },
  ],
];

describe('15: objects of aliases that others touch', () => {
  const f = FaultTests.use();

  it.each(ROUTES)(
    '15: 2, every field of an alias’s %s is put right, and it is there again',
    async (kind, apiVersion, settings) => {
      const gateway = await f.cluster.namespace('gateway');
      const t = await f.store('routes', {
        kubernetes: { gatewayNamespace: gateway, ...settings },
      });
      try {
        const { body: alias } = await t.post('/aliases', { name: 'lunch' });
        const object: AnyObject = {
          apiVersion,
          kind,
          metadata: { name: `a-${alias.id}`, namespace: gateway },
        };
        await t.eventually(() => f.cluster.get(object), 'it is made');
        const fields = ownedFields((await f.cluster.get(object))!);
        expect(fields.length).toBeGreaterThan(4);
        const { worst, refused } = await editEach(
          f.cluster,
          object,
          fields,
          (what, name, limitMs) => t.eventually(what, name, limitMs),
        );
        expect(refused.length).toBeLessThan(fields.length / 2);
        row(
          `2 ${kind} of an alias, each of ${fields.length} fields edited (the API refuses ${refused.length}): repaired, the slowest`,
          '-',
          worst,
          5,
        );
        const { uid } = (await f.cluster.get(object))!.metadata!;
        await f.cluster.delete(object);
        const ms = await t.eventually(async () => {
          const now = await f.cluster.get(object);
          return now && now.metadata!.uid !== uid;
        }, 'it is there again');
        row(`2 ${kind} of an alias deleted: there again`, '-', ms, 5);
      } finally {
        await t.stop();
      }
    },
  );
});
