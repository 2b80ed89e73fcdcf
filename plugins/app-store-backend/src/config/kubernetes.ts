/** How the store stands in its cluster (`appStore.kubernetes`). */
import { z } from 'zod';
import { kubernetesObject, section, text, texts } from './values';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const DNS_SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAP_KEY = /^[-._A-Za-z0-9]{1,253}$/;

const rules = z.array(kubernetesObject('a rule as a NetworkPolicy has it'));

export const kubernetesSchema = section({
  namespace: text
    .regex(DNS_LABEL, 'must be the name of a namespace')
    .default('app-store'),
  /** The portal as pods see it. */
  storeUrl: text.optional(),
  kubeconfig: text.optional(),
  context: text.optional(),
  gatewayNamespace: text.optional(),
  /** Names of Secrets with which images are pulled. */
  imagePullSecrets: texts.default([]),
  storageClass: text.optional(),
  /** Service account of apps' pods; that of the namespace otherwise. */
  serviceAccount: text.optional(),
  /** A ConfigMap of the namespace with the authorities that pods trust, in PEM. */
  caCertificates: z
    .object({
      configMap: text.regex(DNS_SUBDOMAIN, 'must be the name of a ConfigMap'),
      key: text
        .regex(MAP_KEY, 'must be a key of a ConfigMap')
        .default('ca.crt'),
    })
    .optional(),
  networkPolicy: section({
    /** NetworkPolicyIngressRules beside the one for the gateway. */
    extraIngress: rules.default([]),
    /** NetworkPolicyEgressRules; pods reach everything where there are none. */
    egress: rules.optional(),
  }),
});
