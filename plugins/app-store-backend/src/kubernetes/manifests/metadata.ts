/** Labels and selectors of an instance's objects. */
import {
  KUBERNETES_ID,
  kubernetesIdOf,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash } from 'node:crypto';
import type { InstanceInput } from './InstanceInput';
import { LABELS } from './labels';

/** A short stand-in for an owner in labels, which cannot hold entity refs. */
function ownerLabel(ownerRef: string): string {
  return createHash('sha256').update(ownerRef).digest('hex').slice(0, 16);
}

export function labelsOf(input: InstanceInput): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'ai-app-store',
    [LABELS.installation]: input.installation,
    [LABELS.instance]: input.instanceId,
    [LABELS.app]: input.appId,
    [LABELS.owner]: ownerLabel(input.ownerRef),
    ...(input.declaredBy
      ? { [KUBERNETES_ID]: kubernetesIdOf(input.declaredBy) }
      : {}),
  };
}

export function selectorOf(input: InstanceInput): Record<string, string> {
  return { [LABELS.instance]: input.instanceId };
}
