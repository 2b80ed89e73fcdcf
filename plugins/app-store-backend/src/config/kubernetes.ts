/** How the store stands in its cluster (`appStore.kubernetes`). */
import { parseEgress } from '@ai-app-store/backstage-plugin-app-store-common';
import { z } from 'zod';
import {
  flag,
  kubernetesObject,
  section,
  text,
  texts,
  wholeNumber,
} from './values';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const DNS_SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/**
 * The first part of the name of an image: without a dot, a port or `localhost` it is taken for a name at Docker Hub.
 * https://github.com/distribution/reference
 */
const REGISTRY_HOST =
  /^(?=.{1,253}$)(?=.*[.:]|localhost$)([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/;
/** https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MAP_KEY = /^[-._A-Za-z0-9]{1,253}$/;

const egressEntries = z.array(
  text.refine(
    entry => entry === 'open' || parseEgress(entry) !== undefined,
    'must be internet, none, open, or a range of addresses such as 10.20.0.0/16:5432',
  ),
);

/** A range of addresses, but not all of them, in its shortest form. */
const range = text.transform((entry, context) => {
  const egress = parseEgress(entry);
  if (
    typeof egress === 'object' &&
    egress.port === undefined &&
    !egress.cidr.endsWith('/0')
  )
    return egress.cidr;
  context.addIssue({
    code: 'custom',
    message:
      'must be a range of addresses such as 203.0.113.0/24, and not all addresses',
  });
  return z.NEVER;
});
const rules = z.array(kubernetesObject('a rule as a NetworkPolicy has it'));

const annotations = z.record(z.string(), text).default({});

/** A parent of a route. https://gateway-api.sigs.k8s.io/reference/spec/#parentreference */
const parentRef = z.strictObject({
  name: text,
  namespace: text.optional(),
  sectionName: text.optional(),
  port: wholeNumber({ min: 1, max: 65535 }).optional(),
});

/** How requests for aliases reach the gateway. */
const routes = {
  /** `none`: one wildcard leads to it. Otherwise each alias has an object of its own beside it. */
  routes: z.enum(['none', 'httpRoute', 'ingress']).default('none'),
  /** The gateway's Service, in `gatewayNamespace`. */
  gatewayService: section({
    name: text
      .regex(DNS_LABEL, 'must be the name of a Service')
      .default('app-store-gateway'),
    port: wholeNumber({ min: 1, max: 65535 }).default(7008),
  }),
  ingress: section({
    className: text.optional(),
    annotations,
    /** A Secret with the certificate of the apps' domain and all below it. */
    wildcardSecret: text
      .regex(DNS_SUBDOMAIN, 'must be the name of a Secret')
      .optional(),
  }),
  httpRoute: section({
    parentRefs: z.array(parentRef).default([]),
    annotations,
  }),
};

const whole = section({
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
  /** Host and port from which nodes pull the content of apps. */
  contentRegistry: text
    .regex(
      REGISTRY_HOST,
      'must be a host name with a dot or a port, and nothing else',
    )
    .optional(),
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
    /** NetworkPolicyEgressRules for all apps, beside what each of them reaches. */
    egress: rules.optional(),
    /** What apps reach that do not say it: entries of `Runtime.Egress`, or `open` for everything. */
    defaultEgress: egressEntries.optional(),
    /** What apps may ask for, with `Runtime.Egress`. */
    allowedEgress: egressEntries.optional(),
    /** Ranges that are not the internet, beside private and reserved ones. */
    notPublic: z.array(range).default([]),
    /** Whether two pods try once a day that the cluster enforces policies. */
    verify: flag.default(true),
  }),
  ...routes,
});

export const kubernetesSchema = whole.superRefine((settings, context) => {
  const { routes: kind, gatewayNamespace, httpRoute } = settings;
  const missing = (path: string[], why: string) =>
    context.addIssue({ code: 'custom', path, message: why });
  if (kind !== 'none' && !gatewayNamespace)
    missing(
      ['gatewayNamespace'],
      'is missing: objects of aliases stand beside the gateway',
    );
  if (kind === 'httpRoute' && !httpRoute.parentRefs.length)
    missing(
      ['httpRoute', 'parentRefs'],
      'is missing: the Gateway that routes are attached to',
    );
});

/** How the store stands in its cluster. */
export type KubernetesSettings = z.infer<typeof whole>;
