import { readAppToml } from '@ai-app-store/backstage-plugin-app-store-common';
import { instanceInput } from '../../__testUtils__/fixtures';
import { egressRules, unknownAddresses } from './egress';
import { networkPolicyOf } from './networkPolicy';

const DNS = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '169.254.20.10/32' } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
    { protocol: 'UDP', port: 5353 },
    { protocol: 'TCP', port: 5353 },
  ],
};
const INTERNET = {
  to: [
    {
      ipBlock: {
        cidr: '0.0.0.0/0',
        except: [
          '0.0.0.0/8',
          '10.0.0.0/8',
          '100.64.0.0/10',
          '127.0.0.0/8',
          '169.254.0.0/16',
          '172.16.0.0/12',
          '192.0.0.0/24',
          '192.168.0.0/16',
          '198.18.0.0/15',
          '224.0.0.0/4',
          '240.0.0.0/4',
        ],
      },
    },
    {
      ipBlock: {
        cidr: '::/0',
        except: [
          '::/127',
          '64:ff9b::/96',
          '64:ff9b:1::/48',
          '2002::/16',
          'fc00::/7',
          'fe80::/10',
          'ff00::/8',
        ],
      },
    },
  ],
};
const STORE = {
  to: [
    {
      namespaceSelector: {
        matchLabels: { 'kubernetes.io/metadata.name': 'portal' },
      },
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'app-store' } },
    },
  ],
};

const rules = (more: Partial<Parameters<typeof egressRules>[0]> = {}) =>
  egressRules({
    entries: ['none'],
    storeUrl: 'http://app-store.portal.svc:7007',
    mirrors: [undefined],
    extra: [],
    notPublic: [],
    ...more,
  });

describe('15: egress', () => {
  it('none: the name service and the store', () => {
    expect(rules()).toEqual([DNS, STORE]);
    expect(
      rules({ storeUrl: 'http://app-store.portal.svc.cluster.local:80' }),
    ).toEqual([DNS, STORE]);
  });

  it('internet: public addresses alone', () => {
    expect(rules({ entries: ['internet'] })).toEqual([DNS, STORE, INTERNET]);
  });

  it('ranges, at one port or all', () => {
    expect(
      rules({ entries: ['10.20.0.0/16:5432', '2001:db8::/32'] })!.slice(2),
    ).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.20.0.0/16' } }],
        ports: [
          { protocol: 'TCP', port: 5432 },
          { protocol: 'UDP', port: 5432 },
        ],
      },
      { to: [{ ipBlock: { cidr: '2001:db8::/32' } }] },
    ]);
  });

  it('a store and mirrors at an address, in the cluster, or elsewhere', () => {
    expect(
      rules({
        storeUrl: 'https://10.0.0.7',
        mirrors: [
          'http://verdaccio.tools.svc:4873/npm',
          'http://[fd00::1]:8080/simple',
          'https://pypi.org/simple',
        ],
      })!.slice(1),
    ).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.0.0.7/32' } }],
        ports: [{ protocol: 'TCP', port: 443 }],
      },
      {
        to: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': 'tools' },
            },
            podSelector: {
              matchLabels: { 'app.kubernetes.io/name': 'verdaccio' },
            },
          },
        ],
      },
      {
        to: [{ ipBlock: { cidr: 'fd00::1/128' } }],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
  });

  it('an admin says what is not the internet, beside private ranges', () => {
    const [, , { to }] = rules({
      entries: ['internet'],
      notPublic: ['203.0.113.0/24', '2001:db8::/32'],
    }) as [object, object, typeof INTERNET];
    expect(to[0].ipBlock.except.at(-1)).toBe('203.0.113.0/24');
    expect(to[1].ipBlock.except.at(-1)).toBe('2001:db8::/32');
  });

  it('tells which URLs no policy can name', () =>
    expect(
      unknownAddresses([
        undefined,
        'http://app-store.portal.svc:7007',
        'http://10.0.0.1',
        'https://portal.example.com',
        'nonsense',
      ]),
    ).toEqual(['https://portal.example.com', 'nonsense']));

  it('a URL that is none opens nothing', () =>
    expect(rules({ mirrors: ['pypi.local/simple'] })).toEqual(rules()));

  it('what an admin opens for all comes last; open closes nothing', () => {
    const proxy = { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] };
    expect(rules({ extra: [proxy] })!.at(-1)).toBe(proxy);
    expect(rules({ entries: ['open'], extra: [proxy] })).toBeUndefined();
  });

  it('what an app names goes before the default', () => {
    const manifest = (line: string) =>
      readAppToml(
        `[App]\nName = "a"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "a.js"\n${line}`,
      ).manifest!;
    const specOf = (line: string) =>
      networkPolicyOf(
        instanceInput({
          manifest: manifest(line),
          storeUrl: 'http://app-store.portal.svc:7007',
          networkPolicy: {
            extraIngress: [],
            egress: [],
            defaultEgress: ['internet'],
            notPublic: [],
          },
        }),
      ).spec as { policyTypes: string[]; egress: object[] };
    expect(specOf('').egress).toEqual([DNS, STORE, INTERNET]);
    expect(specOf('').policyTypes).toEqual(['Ingress', 'Egress']);
    expect(specOf('Egress = ["none"]').egress).toEqual([DNS, STORE]);
  });
});
