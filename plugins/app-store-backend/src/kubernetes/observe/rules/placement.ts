/** The scheduler finds no node, or the volume is not there. */
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import { nodeReasons, reasonsInWords } from '../words/scheduler';

/** Healthy pods are unschedulable for moments, as until a claim is bound that binds at once. */
const PATIENCE_MS = 2000;

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

/** The scheduler's words are the same for several causes: the claim's own events tell them apart. */
function unbound(look: Case, message: string): Finding | undefined {
  const name = look.facts.claim?.metadata?.name;
  const [event] = look
    .events([
      'FailedBinding',
      'ProvisioningFailed',
      'ExternalProvisioning',
      'ClaimLost',
    ])
    .filter(
      ({ involvedObject }) =>
        involvedObject.kind === 'PersistentVolumeClaim' &&
        (name === undefined || involvedObject.name === name),
    );
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
  const own = {
    source: `Event ${event.reason} of PersistentVolumeClaim ${event.involvedObject.name}`,
    message: event.message ?? '',
  };
  if (event.reason === 'ClaimLost')
    return found([own, scheduler], 'VOLUME_LOST', event.involvedObject.name!);
  const [, provisioner] =
    /external provisioner '([^']+)'/.exec(event.message ?? '') ?? [];
  const [, className] =
    /storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found/.exec(
      event.message ?? '',
    ) ?? [];
  let why = event.message ?? '';
  if (provisioner) why = `the provisioner ${provisioner} has not made it yet`;
  else if (className) why = `the storage class ${className} does not exist`;
  else if (event.reason === 'FailedBinding')
    why = 'no storage class is set, and no prepared volume fits';
  return found([own, scheduler], 'VOLUME_UNAVAILABLE', why);
}

export function unschedulable(look: Case): Finding | undefined {
  const condition = look.condition('PodScheduled');
  if (look.pod?.spec?.schedulingGates?.length)
    look.note(
      'The app waits in the queue of its launch profile until the cluster has room for it.',
    );
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable')
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
  if (of('volume').length)
    return found(evidence, 'VOLUME_UNAVAILABLE', reasonsInWords(of('volume')));
  const words = reasonsInWords(reasons) || message;
  // What passes by itself is named first: a node may become free, its labels stay.
  if (of('resources').length) return found(evidence, 'NO_CAPACITY', words);
  if (of('port').length) return found(evidence, 'PORT_TAKEN', words);
  if (of('selector').length) return found(evidence, 'NO_MATCHING_NODE', words);
  if (of('closed').length) return found(evidence, 'NODES_CLOSED', words);
  return found(evidence, 'NO_CAPACITY', words);
}
