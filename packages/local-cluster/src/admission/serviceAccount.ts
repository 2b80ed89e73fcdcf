/** Gives a pod its service account, and the account's token as files. */
import { generatedName } from '../registry/beforeCreate';
import { forbidden } from '../registry/errors';
import type { Json } from '../types';
import type { AdmissionPlugin } from './Admission';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Seven seconds more than an hour: that is told from what somebody asked for (kubernetes' `WarnOnlyBoundTokenExpirationSeconds`). */
const EXPIRATION_SECONDS = 3607;

function tokenVolume(name: string): Json {
  return {
    name,
    projected: {
      sources: [
        {
          serviceAccountToken: {
            expirationSeconds: EXPIRATION_SECONDS,
            path: 'token',
          },
        },
        {
          configMap: {
            name: 'kube-root-ca.crt',
            items: [{ key: 'ca.crt', path: 'ca.crt' }],
          },
        },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: {
                  apiVersion: 'v1',
                  fieldPath: 'metadata.namespace',
                },
              },
            ],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

export const serviceAccount: AdmissionPlugin = {
  mutate({ resource, object, before }, store) {
    if (resource.plural !== 'pods' || before || !object.spec) return;
    const { spec, metadata } = object;
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const name = spec.serviceAccountName;
    const account = store.get('serviceaccounts', metadata.namespace, name);
    if (!account)
      throw forbidden(
        resource,
        metadata.name ?? metadata.generateName,
        `error looking up service account ${
          metadata.namespace
        }/${name}: serviceaccount ${JSON.stringify(name)} not found`,
      );
    const isMounted =
      spec.automountServiceAccountToken ??
      account.automountServiceAccountToken ??
      true;
    if (isMounted) mountToken(spec);
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
      spec.imagePullSecrets = account.imagePullSecrets;
  },
};

function mountToken(spec: Json): void {
  const containers: Json[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ];
  const without = containers.filter(
    ({ volumeMounts = [] }) =>
      !volumeMounts.some((mount: Json) => mount.mountPath === MOUNT),
  );
  if (!without.length) return;
  const name = generatedName('kube-api-access-');
  for (const container of without)
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath: MOUNT },
    ];
  spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}
