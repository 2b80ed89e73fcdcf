/**
 * Pod security: what a namespace's label allows pods to do
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 */
import { forbidden } from '../registry/errors';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import type { AdmissionPlugin } from './Admission';
import { BASELINE, RESTRICTED } from './podSecurityLevels';

const PREFIX = 'pod-security.kubernetes.io/';
const TEMPLATES = ['deployments', 'replicasets', 'statefulsets'];
type Level = 'privileged' | 'baseline' | 'restricted';

/** What of a level a pod does not keep, in words; undefined where it keeps all. */
function violation(
  level: Level,
  metadata: Json,
  spec: Json,
): string | undefined {
  if (level === 'privileged') return undefined;
  const checks = level === 'baseline' ? BASELINE : RESTRICTED;
  const found = checks.flatMap(check => {
    const detail = check.run(metadata, spec);
    return detail ? [`${check.reason} (${detail})`] : [];
  });
  return found.length ? found.join(', ') : undefined;
}

function levelOf(
  store: ObjectStore,
  object: KubeObject,
  mode: 'enforce' | 'warn',
): { level: Level; version: string } {
  const namespace = store.get(
    'namespaces',
    undefined,
    object.metadata.namespace ?? '',
  );
  const labels = namespace?.metadata.labels ?? {};
  return {
    level: (labels[`${PREFIX}${mode}`] as Level) ?? 'privileged',
    version: labels[`${PREFIX}${mode}-version`] ?? 'latest',
  };
}

export const podSecurity: AdmissionPlugin = {
  validate({ resource, object, before }, store) {
    const isPod = resource.plural === 'pods';
    const isTemplate = TEMPLATES.includes(resource.plural);
    if (!object.metadata.namespace || (!isPod && !isTemplate)) return [];
    if (before && isPod) return [];
    const { metadata, spec } = isPod ? object : object.spec?.template ?? {};
    if (!spec) return [];
    const enforced = levelOf(store, object, 'enforce');
    const warned = levelOf(store, object, 'warn');
    if (isPod) {
      const found = violation(enforced.level, metadata, spec);
      if (found)
        throw forbidden(
          resource,
          object.metadata.name,
          `violates PodSecurity "${enforced.level}:${enforced.version}": ${found}`,
        );
    }
    // A template is only warned of: its pods are what is refused.
    const { level, version } =
      warned.level === 'privileged' && isTemplate ? enforced : warned;
    const found = violation(level, metadata, spec);
    return found
      ? [`would violate PodSecurity "${level}:${version}": ${found}`]
      : [];
  },
};
