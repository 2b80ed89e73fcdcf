/** There is no pod, since the cluster does not admit it: said by the controller that tried. */
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Evidence } from '../Facts';

/** A Deployment's controller copies its ReplicaSet's failure within some seconds. */
const PATIENCE_MS = 1000;

/** The reason within what a controller or the API says. */
export function admissionFinding(
  text: string,
  evidence: Evidence[],
): Finding | undefined {
  const message = text
    .replace(/^\(combined from similar events\): /, '')
    .replace(/^Error creating: /, '')
    .replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, '');
  const match = (pattern: RegExp) => pattern.exec(message);
  let m: RegExpExecArray | null;
  if ((m = match(/exceeded quota: ([^,]+), (.*)$/s)))
    return found(evidence, 'QUOTA_EXCEEDED', m[1], m[2]);
  if ((m = match(/failed quota: ([^:]+): must specify (.*)$/s)))
    return found(evidence, 'QUOTA_NEEDS_LIMITS', m[1], m[2]);
  if ((m = match(/violates PodSecurity "([^"]+)": (.*)$/s)))
    return found(evidence, 'POD_SECURITY', m[1], m[2]);
  if (match(/service ?account .*not found/is))
    return found(
      // What it is called is the operator's.
      [
        {
          source: evidence[0].source,
          message: 'the service account is missing',
        },
      ],
      'ACCOUNT_MISSING',
    );
  if ((m = match(/no PriorityClass with name (\S+) was found/)))
    return found(evidence, 'PRIORITY_MISSING', m[1]);
  if ((m = match(/RuntimeClass "?([^"\s]+)"? not found/i)))
    return found(evidence, 'ISOLATION_MISSING', m[1]);
  if ((m = match(/failed calling webhook "([^"]+)"/)))
    return found(evidence, 'WEBHOOK_UNREACHABLE', m[1]);
  if ((m = match(/admission webhook "([^"]+)" denied the request:? ?(.*)$/s)))
    return found(evidence, 'POLICY_DENIED', m[1], m[2] || 'no reason is given');
  if (
    (m = match(/ValidatingAdmissionPolicy '([^']+)'.*?denied request: (.*)$/s))
  )
    return found(evidence, 'POLICY_DENIED', m[1], m[2]);
  if (
    (m = match(
      /((?:maximum|minimum) \S+ (?:usage|memory|cpu)? ?per (?:Container|Pod|PersistentVolumeClaim).*|\S+ max limit to request ratio per .*)$/s,
    ))
  )
    return found(evidence, 'LIMIT_RANGE', m[1]);
  return undefined;
}

function refused(text: string, evidence: Evidence[]): Finding {
  return (
    admissionFinding(text, evidence) ??
    found(evidence, 'CLUSTER_REFUSED', text.replace(/^.*? is forbidden: /s, ''))
  );
}

export function notAdmitted(look: Case): Finding | undefined {
  const { pod, facts } = look;
  // A pod that ended or ends is followed by one that may be refused.
  if (pod && !look.former && !pod.metadata?.deletionTimestamp) return undefined;
  if (pod && !pod.metadata?.deletionTimestamp) return undefined;
  for (const { kind, metadata, status } of facts.workloads) {
    const failure = status?.conditions?.find(
      ({ type, status: value }) =>
        type === 'ReplicaFailure' && value === 'True',
    );
    if (failure)
      return refused(failure.message ?? failure.reason ?? '', [
        {
          source: `${kind} ${metadata?.name}, condition ReplicaFailure`,
          message: failure.message ?? '',
        },
      ]);
  }
  if (!facts.workloads.length) return undefined;
  const began =
    facts.since ??
    facts.workloads
      .map(
        workload =>
          (workload.metadata as { creationTimestamp?: string })
            ?.creationTimestamp,
      )
      .sort()[0];
  if (!look.isOlder(began, PATIENCE_MS)) return undefined;
  const [event] = look
    .events(['FailedCreate'])
    // Of an earlier launch: an event is kept for an hour.
    .filter(each => look.age(each) <= look.since(began) + PATIENCE_MS);
  // Asked for again as long as nothing says why there is no pod.
  if (!event) {
    look.lookAgain(Math.max(2 * PATIENCE_MS, look.since(began) / 4));
    return undefined;
  }
  return refused(event.message ?? '', [
    {
      source: `Event FailedCreate of ${event.involvedObject.kind} ${event.involvedObject.name}`,
      message: event.message ?? '',
    },
  ]);
}
