/**
 * What a pod reaches: the name service, the store and mirrors that run in the cluster, and what its app names or
 * an admin says. A NetworkPolicy knows pods and addresses, no host names, and no single
 * containers of a pod.
 *
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import {
  NOT_PUBLIC,
  parseEgress,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { isIP } from 'node:net';

/** A rule as a NetworkPolicy has it. */
interface EgressRule {
  to?: object[];
  ports?: Array<{ protocol: string; port: number | string }>;
}

const DNS_PORTS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];
/** https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const NODE_LOCAL_DNS = '169.254.20.10/32';

const block = (cidr: string, except?: string[]) => ({
  ipBlock: { cidr, ...(except ? { except } : {}) },
});
const isV6 = (cidr: string) => cidr.includes(':');
const namespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

const NAME_SERVICE: EgressRule = {
  to: [{ namespaceSelector: {} }, block(NODE_LOCAL_DNS)],
  ports: DNS_PORTS,
};

const INTERNET: EgressRule = {
  to: ['0.0.0.0/0', '::/0'].map(all =>
    block(
      all,
      NOT_PUBLIC.filter(cidr => isV6(cidr) === isV6(all)),
    ),
  ),
};

/** The Service of a host name of the cluster: `name.namespace.svc`. */
function serviceOf(hostname: string) {
  const [, name, at] =
    /^([^.]+)\.([^.]+)\.svc(?:\.[^.]+)*$/.exec(hostname) ?? [];
  return name ? { name, namespace: at } : undefined;
}

/**
 * The way to a URL; undefined for a host name outside of the cluster, whose addresses are not known.
 *
 * @param options.pods - whether the pods behind a Service have its name as `app.kubernetes.io/name`
 */
function wayTo(
  url: string,
  options: { pods: boolean },
): EgressRule | undefined {
  const { hostname, port, protocol } = new URL(url);
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address))
    return {
      to: [block(`${address}/${isV6(address) ? 128 : 32}`)],
      ports: [
        {
          protocol: 'TCP',
          port: Number(port) || (protocol === 'https:' ? 443 : 80),
        },
      ],
    };
  const service = serviceOf(hostname);
  // A Service may have another port than its pods.
  return (
    service && {
      to: [
        {
          ...namespace(service.namespace),
          ...(options.pods
            ? {
                podSelector: {
                  matchLabels: { 'app.kubernetes.io/name': service.name },
                },
              }
            : {}),
        },
      ],
    }
  );
}

function ruleOf(entry: string): EgressRule | undefined {
  const egress = parseEgress(entry);
  if (egress === 'internet') return INTERNET;
  if (egress === undefined || egress === 'none') return undefined;
  return {
    to: [block(egress.cidr)],
    ...(egress.port
      ? {
          ports: ['TCP', 'UDP'].map(protocol => ({
            protocol,
            port: egress.port!,
          })),
        }
      : {}),
  };
}

/** @returns undefined where everything is open */
export function egressRules(options: {
  /** What the app names, or the store's default: entries of `Runtime.Egress`, or `open`. */
  entries: string[];
  /** As pods see it. */
  storeUrl: string;
  /** Package indexes. */
  mirrors: Array<string | undefined>;
  /** What an admin opens for all apps. */
  extra: object[];
}): object[] | undefined {
  const { entries, storeUrl, mirrors, extra } = options;
  if (entries.includes('open')) return undefined;
  return [
    NAME_SERVICE,
    wayTo(storeUrl, { pods: true }),
    ...mirrors.map(url => url && wayTo(url, { pods: false })),
    ...entries.map(ruleOf),
    ...extra,
  ].filter((rule): rule is object => Boolean(rule));
}
