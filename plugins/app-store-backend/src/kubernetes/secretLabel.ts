/** What a secret's object says of itself: whose it is, and what it is called. */
import type { V1Secret } from '@kubernetes/client-node';
import type {
  SecretIdentity,
  SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { SECRET_ANNOTATIONS } from './manifests/labels';

/** Whose a secret is, and what it is called (specification 2.5). */
export type SecretLabel = Required<SecretIdentity> & { ownerRef: string };

export function annotationsOf(label: SecretLabel): Record<string, string> {
  return {
    [SECRET_ANNOTATIONS.name]: label.name,
    [SECRET_ANNOTATIONS.visibility]: label.visibility,
    [SECRET_ANNOTATIONS.parent]: label.parent,
    [SECRET_ANNOTATIONS.owner]: label.ownerRef,
  };
}

/** Undefined for an object of a release that did not write it. */
export function labelOf({ metadata }: V1Secret): SecretLabel | undefined {
  const annotations = metadata!.annotations ?? {};
  const name = annotations[SECRET_ANNOTATIONS.name];
  const ownerRef = annotations[SECRET_ANNOTATIONS.owner];
  return name && ownerRef
    ? {
        name,
        ownerRef,
        visibility: annotations[
          SECRET_ANNOTATIONS.visibility
        ] as SecretVisibility,
        parent: annotations[SECRET_ANNOTATIONS.parent] ?? '',
      }
    : undefined;
}
