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

/** 5353 is where the name service of OpenShift listens; a policy knows ports of pods, not of Services. */
const DNS_PORTS = [53, 5353].flatMap(port =>
  ['UDP', 'TCP'].map(protocol => ({ protocol, port })),
);
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

/** @param notPublic - ranges that are not the internet either */
function internet(notPublic: string[]): EgressRule {
  return {
    to: ['0.0.0.0/0', '::/0'].map(all =>
      block(
        all,
        [...NOT_PUBLIC, ...notPublic].filter(cidr => isV6(cidr) === isV6(all)),
      ),
    ),
  };
}

/** The Service of a host name of the cluster: `name.namespace.svc`. */
function serviceOf(hostname: string) {
  const [, name, at] =
    /^([^.]+)\.([^.]+)\.svc(?:\.[^.]+)*$/.exec(hostname) ?? [];
  return name ? { name, namespace: at } : undefined;
}

/**
 * The way to a URL; undefined for a host name outside of the cluster, whose addresses are not known.
 * The pods behind a Service have its name as `app.kubernetes.io/name`: a Service may have another port
 * than they, and its namespace others that are none of an app's business.
 */
function wayTo(url: string): EgressRule | undefined {
  if (!URL.canParse(url)) return undefined;
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
  return (
    service && {
      to: [
        {
          ...namespace(service.namespace),
          podSelector: {
            matchLabels: { 'app.kubernetes.io/name': service.name },
          },
        },
      ],
    }
  );
}

function ruleOf(entry: string, notPublic: string[]): EgressRule | undefined {
  const egress = parseEgress(entry);
  if (egress === 'internet') return internet(notPublic);
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

/** Of the URLs that pods have to reach, those whose addresses no policy can name. */
export function unknownAddresses(urls: Array<string | undefined>): string[] {
  return urls.filter((url): url is string => Boolean(url) && !wayTo(url!));
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
  /** Ranges that are not the internet, beside private and reserved ones. */
  notPublic: string[];
}): object[] | undefined {
  const { entries, storeUrl, mirrors, extra, notPublic } = options;
  if (entries.includes('open')) return undefined;
  return [
    NAME_SERVICE,
    wayTo(storeUrl),
    ...mirrors.map(url => url && wayTo(url)),
    ...entries.map(entry => ruleOf(entry, notPublic)),
    ...extra,
  ].filter((rule): rule is object => Boolean(rule));
}
