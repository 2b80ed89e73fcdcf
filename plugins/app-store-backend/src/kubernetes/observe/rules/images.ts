/** An image that cannot be pulled: a runtime's, the app's own, or one that the cluster adds. */
import type { V1ContainerStatus } from '@kubernetes/client-node';
import { APP_CONTAINER } from '../../manifests/labels';
import type { Case } from '../Case';
import type { CauseCode } from '../causes';
import { found, type Finding } from '../Finding';
import { imageFailure, registryOf, tellsNothing } from '../words/images';

/** The kubelet says that it waits, and no more: an event tells why, or what was said before holds. */
function betweenTries(
  look: Case,
  status: V1ContainerStatus,
): Finding | undefined {
  const [event] = look
    .podEvents('Failed')
    .filter(({ message }) => /^Failed to pull image/.test(message ?? ''));
  const [, why] =
    /^Failed to pull image "[^"]*": (.*)$/s.exec(event?.message ?? '') ?? [];
  if (why)
    return imageFinding(look, {
      ...status,
      state: { waiting: { reason: 'ErrImagePull', message: why } },
    });
  const { known } = look.facts;
  if (!known || !/^(?:IMAGE|REGISTRY)_|^DISK_FULL$/.test(known.code))
    return undefined;
  const { reason = '', message = reason } = status.state!.waiting!;
  return {
    code: known.code as CauseCode,
    problem: { ...known },
    evidence: [
      { source: look.source(`container ${status.name}, ${reason}`), message },
    ],
  };
}

export function imageFinding(look: Case, status: V1ContainerStatus): Finding {
  const { image, name, state } = status;
  const { reason = '', message = reason } = state!.waiting!;
  if (tellsNothing(message)) {
    const finding = betweenTries(look, status);
    if (finding) return finding;
  }
  const wanted = look.spec(name)?.image ?? image;
  const { code, why } = imageFailure(reason, message);
  const evidence = [
    { source: look.source(`container ${name}, ${reason}`), message },
  ];
  const registry = registryOf(wanted);
  const tell = (): Finding => {
    switch (code) {
      case 'REGISTRY_BUSY':
        return found(evidence, code, wanted, registry);
      case 'IMAGE_FORBIDDEN':
      case 'REGISTRY_UNREACHABLE':
      case 'REGISTRY_FAILED':
        return found(evidence, code, wanted, registry, why);
      case 'DISK_FULL':
        return found(
          evidence,
          code,
          'the node has no space left for the image',
        );
      case 'IMAGE_NAME_INVALID':
      case 'IMAGE_UNAVAILABLE':
        return found(evidence, code, wanted, why);
      default:
        return found(evidence, code, wanted);
    }
  };
  const finding = tell();
  const authors = [
    'IMAGE_NOT_FOUND',
    'IMAGE_NAME_INVALID',
    'IMAGE_WRONG_PLATFORM',
  ];
  return look.facts.imageOf === 'author' &&
    name === APP_CONTAINER &&
    authors.includes(code)
    ? { ...finding, problem: { ...finding.problem, owner: 'author' } }
    : finding;
}
