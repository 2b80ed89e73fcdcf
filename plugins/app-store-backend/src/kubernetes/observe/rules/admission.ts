/** There is no pod, since the cluster does not admit it: said by the controller that tried. */
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Evidence } from '../Facts';
import { plain, withoutNames } from '../words/plain';

/** A Deployment's controller copies its ReplicaSet's failure within some seconds. */
const PATIENCE_MS = 1000;

type Told = (
  match: RegExpExecArray,
  evidence: Evidence[],
) => Finding | undefined;

const NO_ACCOUNT = /service ?accounts? .*not found/is;

/** The account of its pods is not there. What it is called is the operator's. */
export function accountMissing(
  message: string,
  source: string,
): Finding | undefined {
  return NO_ACCOUNT.test(message)
    ? found(
        [{ source, message: 'the service account is missing' }],
        'ACCOUNT_MISSING',
      )
    : undefined;
}

/** The words of a policy: the rule itself, on one line. */
function policyWords(text: string): string {
  return withoutNames(
    text
      // Kyverno names the object before its policies.
      .replace(/^.*was blocked due to the following policies\s*/s, '')
      .replace(/\bRequested by user:.*$/s, ''),
  )
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .join(' ');
}

/** What the parts of an API server say, and what that means. */
const TOLD: Array<[RegExp, Told]> = [
  [
    /exceeded quota: ([^,]+), (.*)$/s,
    ([, quota, used], evidence) =>
      found(evidence, 'QUOTA_EXCEEDED', quota, used),
  ],
  [
    /failed quota: ([^:]+): must specify (.*)$/s,
    ([, quota, missing], evidence) =>
      found(evidence, 'QUOTA_NEEDS_LIMITS', quota, missing),
  ],
  [
    /violates PodSecurity "([^"]+)": (.*)$/s,
    ([, level, broken], evidence) =>
      found(evidence, 'POD_SECURITY', level, broken),
  ],
  [NO_ACCOUNT, ([message], [{ source }]) => accountMissing(message, source)],
  [
    /no PriorityClass with name (\S+) was found/,
    ([, name], evidence) => found(evidence, 'PRIORITY_MISSING', name),
  ],
  [
    /RuntimeClass "?([^"\s]+)"? not found/i,
    ([, name], evidence) => found(evidence, 'ISOLATION_MISSING', name),
  ],
  [
    /failed calling webhook "([^"]+)"(.*)$/s,
    ([, webhook, why], evidence) =>
      found(
        evidence,
        'WEBHOOK_UNREACHABLE',
        webhook,
        /x509|certificate/.test(why),
      ),
  ],
  [
    /admission webhook "([^"]+)" denied the request:? ?(.*)$/s,
    ([, webhook, reason], evidence) =>
      found(
        evidence,
        'POLICY_DENIED',
        webhook,
        policyWords(reason) || 'no reason is given',
      ),
  ],
  [
    /ValidatingAdmissionPolicy '([^']+)'.*?denied request: (.*)$/s,
    ([, policy, reason], evidence) =>
      found(evidence, 'POLICY_DENIED', policy, policyWords(reason)),
  ],
  [
    /unable to validate against any security context constraint/,
    (_, evidence) =>
      found(
        evidence,
        'POD_SECURITY',
        'of OpenShift',
        'no security context constraint (SCC) that the service account of the apps may use fits its user and its settings',
      ),
  ],
  [
    // The defaults of a LimitRange, beside what an app asks for.
    /Pod "[^"]*" is invalid: .*?Invalid value: "([^"]+)": must be less than or equal to (\w+) limit(?: of (\S+))?/,
    ([, request, what, limit], evidence) =>
      found(
        evidence,
        'LIMIT_RANGE',
        `${what} of ${request} is set aside, and the limit is ${
          limit ?? 'lower'
        }`,
      ),
  ],
  [
    /status unknown for quota: ([^,]+)/,
    ([, quota], evidence) =>
      found(
        evidence,
        'QUOTA_EXCEEDED',
        quota,
        'the cluster does not know yet how much of it is used',
      ),
  ],
  [
    /((?:maximum|minimum) \S+ (?:usage|memory|cpu)? ?per (?:Container|Pod|PersistentVolumeClaim).*|\S+ max limit to request ratio per .*)$/s,
    ([, rule], evidence) => found(evidence, 'LIMIT_RANGE', rule),
  ],
];

/** The reason within what a controller or the API says. */
export function admissionFinding(
  text: string,
  evidence: Evidence[],
): Finding | undefined {
  const message = text
    .replace(/^\(combined from similar events\): /, '')
    .replace(/^Error creating: /, '')
    .replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, '');
  for (const [pattern, tell] of TOLD) {
    const match = pattern.exec(message);
    if (match) return tell(match, evidence);
  }
  return undefined;
}

function refused(text: string, evidence: Evidence[]): Finding {
  return (
    admissionFinding(text, evidence) ??
    found(
      evidence,
      'CLUSTER_REFUSED',
      plain(text.replace(/^.*? is forbidden: /s, '')),
    )
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
