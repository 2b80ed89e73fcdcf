/** How the store stands in its cluster (`appStore.kubernetes`). */
import type { Config } from '@backstage/config';
import { matching, refuse } from './readers';

/** See the module's comment. */
export interface KubernetesConfig {
  namespace: string;
  /** The portal as pods see it. */
  storeUrl: string;
  kubeconfig?: string;
  context?: string;
  gatewayNamespace?: string;
  /** Names of Secrets with which images are pulled. */
  imagePullSecrets: string[];
  storageClass?: string;
  /** Service account of apps' pods; that of the namespace otherwise. */
  serviceAccount?: string;
  /** A ConfigMap of the namespace with the authorities that pods trust, in PEM. */
  caCertificates?: { configMap: string; key: string };
  networkPolicy: {
    /** NetworkPolicyIngressRules beside the one for the gateway. */
    extraIngress: object[];
    /** NetworkPolicyEgressRules; pods reach everything where there are none. */
    egress?: object[];
  };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const DNS_SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAP_KEY = /^[-._A-Za-z0-9]{1,253}$/;

/** A list of objects as the API has them; what stands in them is the cluster's to check. */
function objects(config: Config, key: string): object[] | undefined {
  const list = config.getOptional(key);
  if (list === undefined) return undefined;
  const fits =
    Array.isArray(list) &&
    list.every(
      each => each && typeof each === 'object' && !Array.isArray(each),
    );
  return fits
    ? (list as object[])
    : refuse(
        config,
        key,
        'must be a list of rules as a NetworkPolicy has them',
      );
}

/**
 * Reads `kubernetes`.
 *
 * @param config - `appStore`
 * @throws InputError naming the key
 */
export function readKubernetesConfig(
  config: Config,
  portalUrl: URL,
): KubernetesConfig {
  const text = (key: string) => config.getOptionalString(`kubernetes.${key}`);
  return {
    namespace: matching(
      config,
      'kubernetes.namespace',
      DNS_LABEL,
      'the name of a namespace',
      'app-store',
    ),
    storeUrl: text('storeUrl') ?? portalUrl.origin,
    kubeconfig: text('kubeconfig'),
    context: text('context'),
    gatewayNamespace: text('gatewayNamespace'),
    imagePullSecrets:
      config.getOptionalStringArray('kubernetes.imagePullSecrets') ?? [],
    storageClass: text('storageClass'),
    serviceAccount: text('serviceAccount'),
    caCertificates: config.has('kubernetes.caCertificates')
      ? {
          configMap: matching(
            config,
            'kubernetes.caCertificates.configMap',
            DNS_SUBDOMAIN,
            'the name of a ConfigMap',
          ),
          key: matching(
            config,
            'kubernetes.caCertificates.key',
            MAP_KEY,
            'a key of a ConfigMap',
            'ca.crt',
          ),
        }
      : undefined,
    networkPolicy: {
      extraIngress:
        objects(config, 'kubernetes.networkPolicy.extraIngress') ?? [],
      egress: objects(config, 'kubernetes.networkPolicy.egress'),
    },
  };
}
