/** The API refused what the store asked for. */
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Refusal } from '../Facts';
import { plain } from '../words/plain';
import { admissionFinding } from './admission';

/** What an admin configured, and not the app. */
const CONFIGURED =
  /NetworkPolicy|ephemeral-\d|nodeSelector|tolerations|affinity|HTTPRoute|Ingress|runtimeClassName|imagePullSecrets|priorityClassName|serviceAccountName|must specify a volume type|volumes\[\d+\]\.image/;

/** "create deployments", of `… cannot create resource "deployments" in API group …` */
function permission(message: string): string {
  const [, verb, resource] =
    /cannot (\S+) resource "([^"]+)"/.exec(message) ?? [];
  return verb ? `${verb} ${resource}` : 'do what it needs to do';
}

/** A message without the names that the server tells of who asked. */
const withoutUser = (message: string) =>
  message.replace(/User "[^"]*"/g, 'the store');

function invalid({ message, details }: Refusal): Finding {
  const causes = (details?.causes ?? []).map(({ field, message: why }) =>
    field ? `${field}: ${why}` : why,
  );
  const reason = plain(causes.length ? causes.join('; ') : message);
  const evidence = [{ source: 'Kubernetes API', message }];
  return CONFIGURED.test(message)
    ? found(evidence, 'CONFIGURATION_INVALID', reason)
    : found(evidence, 'REQUEST_INVALID', reason);
}

export function refusalFinding(refusal: Refusal): Finding {
  const { code, reason, details } = refusal;
  const message = withoutUser(refusal.message);
  const evidence = [{ source: 'Kubernetes API', message }];
  const terminating = details?.causes?.find(
    cause => cause.reason === 'NamespaceTerminating',
  );
  if (terminating || /because it is being terminated/.test(message))
    return found(
      evidence,
      'NAMESPACE_TERMINATING',
      /namespace (\S+)/.exec(terminating?.message ?? message)?.[1] ?? '',
    );
  if (code === 404 && details?.kind === 'namespaces')
    return found(evidence, 'NAMESPACE_MISSING', details.name ?? '');
  if (code === 401) return found(evidence, 'CLUSTER_UNAUTHORIZED');
  if (reason === 'NotOurs')
    return found(
      evidence,
      'NOT_OURS',
      details?.kind ?? 'object',
      details?.name ?? '',
    );
  if (code === 403 && /cannot \S+ resource/.test(message))
    return found(evidence, 'CLUSTER_FORBIDDEN', permission(message));
  if (code === 429 && !/disruption budget/.test(message))
    return found(evidence, 'CLUSTER_BUSY');
  const admission = admissionFinding(message, evidence);
  if (admission) return admission;
  if (code === 422 || (code === 400 && reason === 'BadRequest'))
    return invalid({ ...refusal, message });
  if ((code ?? 0) >= 500)
    return found(evidence, 'CLUSTER_FAILED', plain(message));
  // Somebody else changed it in between: it is read again.
  if (code === 409 && /has been modified/.test(message))
    return found(evidence, 'CLUSTER_BUSY', 'changed');
  return found(
    evidence,
    'CLUSTER_REFUSED',
    plain(message.replace(/^.*? is forbidden: /s, '')),
    /must support resize/.test(message),
  );
}

export function refused({ facts }: Case): Finding | undefined {
  return facts.refusal && refusalFinding(facts.refusal);
}
