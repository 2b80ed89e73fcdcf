/** The certificate authorities that an admin has pods trust. */
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { CA_DIRECTORY, CA_FILE } from './environment';
import type { InstanceInput } from './InstanceInput';

const NAME = 'ca';

export function caMounts({
  caCertificates,
}: Pick<InstanceInput, 'caCertificates'>): V1VolumeMount[] {
  return caCertificates
    ? [{ name: NAME, mountPath: CA_DIRECTORY, readOnly: true }]
    : [];
}

export function caVolumes({
  caCertificates,
}: Pick<InstanceInput, 'caCertificates'>): V1Volume[] {
  if (!caCertificates) return [];
  const { configMap, key } = caCertificates;
  return [
    {
      name: NAME,
      configMap: { name: configMap, items: [{ key, path: CA_FILE }] },
    },
  ];
}
