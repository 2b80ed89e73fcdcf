/** The scheduler finds no node, or the volume is not there. */
import type { CoreV1Event } from '@kubernetes/client-node';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Evidence } from '../Facts';
import { isQueued } from '../pods';
import { plain } from '../words/plain';
import { nodeReasons, reasonsInWords } from '../words/scheduler';

/** Healthy pods are unschedulable for moments, as until a claim is bound that binds at once. */
const PATIENCE_MS = 2000;
/** A volume that is made for its pod takes moments. */
const PROVISIONING_MS = 5000;
/** Between two looks at the place in a queue, in milliseconds. */
const QUEUE_LOOK_MS = 15_000;
/** A node that was asked for is there within this time, in milliseconds, or does not come. */
const NEW_NODE_MS = 15 * 60_000;

const CLAIM_GONE =
  /persistentvolumeclaim "([^"]+)" (not found|is being deleted|bound to non-existent)/;

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#phase */
export function claimLost(look: Case): Finding | undefined {
  const { claim } = look.facts;
  if (claim?.status?.phase !== 'Lost') return undefined;
  return found(
    [
      {
        source: `PersistentVolumeClaim ${claim.metadata?.name}, phase`,
        message: 'Lost: the volume that it was bound to is gone',
      },
    ],
    'VOLUME_LOST',
    claim.metadata?.name ?? '',
  );
}

/** Events of the instance's claim, the newest first. */
function claimEvents(look: Case, reasons: string[]) {
  const name = look.facts.claim?.metadata?.name;
  return look
    .events(reasons)
    .filter(
      ({ involvedObject }) =>
        involvedObject.kind === 'PersistentVolumeClaim' &&
        (name === undefined || involvedObject.name === name),
    );
}

/** The scheduler's words are the same for several causes: the claim's own events tell them apart. */
function unbound(look: Case, message: string): Finding | undefined {
  const [event] = claimEvents(look, [
    'FailedBinding',
    'ProvisioningFailed',
    'ExternalProvisioning',
    'ClaimLost',
  ]);
  const scheduler = {
    source: look.source('condition PodScheduled'),
    message,
  };
  if (!event) {
    if (look.wants.events) return undefined;
    return found(
      [scheduler],
      'VOLUME_UNAVAILABLE',
      'its claim is not bound to a volume',
    );
  }
  return claimFinding(event, [scheduler]);
}

/** What an event of the claim tells. */
function claimFinding(event: CoreV1Event, beside: Evidence[]): Finding {
  const own = {
    source: `Event ${event.reason} of PersistentVolumeClaim ${event.involvedObject.name}`,
    message: event.message ?? '',
  };
  const evidence = [own, ...beside];
  if (event.reason === 'ClaimLost')
    return found(evidence, 'VOLUME_LOST', event.involvedObject.name!);
  const [, provisioner] =
    /external provisioner '([^']+)'/.exec(event.message ?? '') ?? [];
  const [, className] =
    /storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found/.exec(
      event.message ?? '',
    ) ?? [];
  let why = plain(event.message ?? '').replace(
    /^failed to provision volume with StorageClass "[^"]*": /,
    '',
  );
  if (provisioner) why = `the provisioner ${provisioner} has not made it yet`;
  else if (className) why = `the storage class ${className} does not exist`;
  else if (event.reason === 'FailedBinding')
    why = 'no storage class is set, and no prepared volume fits';
  return found(evidence, 'VOLUME_UNAVAILABLE', why);
}

/**
 * A volume that is made once its pod has a node (WaitForFirstConsumer): the scheduler waits for it,
 * and the pod says nothing, or that the scheduler failed.
 */
function notProvisioned(look: Case): Finding | undefined {
  const { claim } = look.facts;
  if (claim?.status?.phase !== 'Pending') return undefined;
  const since = look.pod?.metadata?.creationTimestamp;
  if (!look.isOlder(since, PROVISIONING_MS)) return undefined;
  look.lookAgain(Math.max(PROVISIONING_MS, look.since(since) / 4));
  const [event] = claimEvents(look, [
    'ProvisioningFailed',
    'ProvisioningSucceeded',
  ]);
  return event?.reason === 'ProvisioningFailed'
    ? claimFinding(event, [])
    : undefined;
}

/** What autoscalers say of a pod: the cluster's own (https://github.com/kubernetes/autoscaler), and Karpenter. */
function autoscaled(look: Case): 'comes' | 'full' | 'never' | undefined {
  const [event] = look
    .podEvents(
      'TriggeredScaleUp',
      'Nominated',
      'NotTriggerScaleUp',
      'FailedScheduling',
    )
    .filter(
      ({ reason, message = '' }) =>
        reason !== 'FailedScheduling' || /nodepool|instance type/.test(message),
    );
  if (!event) return undefined;
  const { reason, message = '' } = event;
  if (reason === 'TriggeredScaleUp' || reason === 'Nominated')
    return look.age(event) < NEW_NODE_MS ? 'comes' : undefined;
  // A group that is full, or rests after a failure, may grow later.
  return /max node group size|in backoff|limits? exceeded|exceeds? .*limit/i.test(
    message,
  )
    ? 'full'
    : 'never';
}

export function unschedulable(look: Case): Finding | undefined {
  const condition = look.condition('PodScheduled');
  const gates = (look.pod?.spec?.schedulingGates ?? []).map(({ name }) => name);
  if (look.pod && isQueued(look.pod)) {
    // Others before it get their turn, and nothing tells of that.
    if (look.facts.queuePosition !== undefined) look.lookAgain(QUEUE_LOOK_MS);
    look.note(
      `The app waits in the queue of its launch profile until the cluster has room for it${
        look.facts.queuePosition === undefined
          ? ''
          : `, at position ${look.facts.queuePosition}`
      }.`,
    );
  } else if (gates.length)
    look.note(`The app waits until ${gates.join(', ')} lets it be scheduled.`);
  if (!condition || condition.reason === 'SchedulerError')
    return notProvisioned(look);
  if (condition.status !== 'False' || condition.reason !== 'Unschedulable')
    return undefined;
  const message = condition.message ?? '';
  const evidence = [{ source: look.source('condition PodScheduled'), message }];
  if (
    !look.isOlder(
      condition.lastTransitionTime ?? look.pod!.metadata?.creationTimestamp,
      PATIENCE_MS,
    )
  )
    return undefined;
  const [, gone] = CLAIM_GONE.exec(message) ?? [];
  if (gone) return found(evidence, 'VOLUME_LOST', gone);
  if (/unbound immediate PersistentVolumeClaims/.test(message))
    return unbound(look, message);
  const reasons = nodeReasons(message);
  const of = (kind: string) => reasons.filter(reason => reason.kind === kind);
  const scaling = autoscaled(look);
  if (look.wants.events) return undefined;
  if (scaling === 'comes') {
    look.note(
      'A new node is being added for the app: this takes some minutes.',
    );
    look.lookAgain(PATIENCE_MS * 5);
    return undefined;
  }
  if (of('volume').length)
    return found(evidence, 'VOLUME_UNAVAILABLE', reasonsInWords(of('volume')));
  const words = reasonsInWords(reasons) || plain(message);
  // What passes by itself is named first: a node may become free, its labels stay.
  if (of('resources').length)
    return found(evidence, 'NO_CAPACITY', words, scaling);
  if (of('zone').length)
    return found(evidence, 'VOLUME_UNAVAILABLE', reasonsInWords(of('zone')));
  if (of('port').length) return found(evidence, 'PORT_TAKEN', words);
  if (of('selector').length) return found(evidence, 'NO_MATCHING_NODE', words);
  if (of('closed').length) return found(evidence, 'NODES_CLOSED', words);
  return found(evidence, 'NO_CAPACITY', words);
}
