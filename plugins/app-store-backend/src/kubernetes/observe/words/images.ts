/** What a container runtime says of an image that it cannot pull. */
import { plain } from './plain';

/** The causes that an image may have. */
export type ImageCause =
  | 'IMAGE_UNAVAILABLE'
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_NAME_INVALID'
  | 'IMAGE_WRONG_PLATFORM'
  | 'IMAGE_FORBIDDEN'
  | 'IMAGE_NOT_ON_NODE'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_BUSY'
  | 'REGISTRY_FAILED'
  | 'DISK_FULL';

const BACK_OFF = /^Back-off pulling image "[^"]*": (?:ErrImagePull: )?/;
/** All that a kubelet before 1.32 says between two tries. */
const BACK_OFF_ALONE = /^Back-off pulling image "[^"]*"$/;

/** Whether a message says nothing of what went wrong. */
export function tellsNothing(message: string): boolean {
  return BACK_OFF_ALONE.test(message.trim());
}

/** The host of the registry of an image. https://github.com/distribution/reference */
export function registryOf(image: string): string {
  const [first, ...rest] = image.split('/');
  return rest.length && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}

/** An image of the store's own registry, or an address of it: see `apps/registry/ContentRegistry.ts`. */
const WITH_PASS =
  /(\/app-store\/[-0-9a-f]{36})\/[0-9a-f]{64}(@sha256:[0-9a-f]{64})?/g;

/** A text without what lets in to the content of an app. */
export function withoutPass(text: string): string {
  return text.replace(WITH_PASS, '$1');
}

/** The last part of a chain of errors: what went wrong at the end. */
function lastPart(message: string): string {
  const parts = plain(message).split(/: (?=[a-z0-9])/i);
  return parts.slice(-2).join(': ').trim();
}

const KINDS: Array<[RegExp, ImageCause]> = [
  [/no space left on device/i, 'DISK_FULL'],
  // A page to sign in, or of a proxy, in place of the registry.
  [/text\/html|invalid character '<'/i, 'REGISTRY_FAILED'],
  [/short[- ]name/i, 'IMAGE_NAME_INVALID'],
  [
    /no match for platform|does not match the specified platform|no matching manifest|image operating system|no image found in .* for architecture/i,
    'IMAGE_WRONG_PLATFORM',
  ],
  [/\b429\b|too many requests|toomanyrequests|rate limit/i, 'REGISTRY_BUSY'],
  [
    /\b40[13]\b|unauthorized|forbidden|failed to authorize|authentication required|access denied|access to the resource is denied|insufficient_scope|no basic auth credentials/i,
    'IMAGE_FORBIDDEN',
  ],
  [
    /\b5\d\d\b [A-Z]|service unavailable|bad gateway|internal server error|gateway time-?out/i,
    'REGISTRY_FAILED',
  ],
  [
    /server gave HTTP response to HTTPS client|context canceled|dial tcp|no such host|connection refused|connection reset|i\/o timeout|timed? ?out|deadline exceeded|no route to host|network is unreachable|x509|tls:|certificate|EOF|server misbehaving/i,
    'REGISTRY_UNREACHABLE',
  ],
  [
    /not ?found|manifest unknown|name unknown|does not exist/i,
    'IMAGE_NOT_FOUND',
  ],
];

/** Nodes may take signed images alone (containers-policy.json). */
export const SIGNATURE =
  'the nodes take images alone whose signature they know';

/** What a waiting container's message says about its image. */
export function imageFailure(
  reason: string,
  message: string,
): { code: ImageCause; why: string } {
  const text = message.replace(BACK_OFF, '');
  if (reason === 'InvalidImageName')
    return { code: 'IMAGE_NAME_INVALID', why: lastPart(text) };
  if (reason === 'ErrImageNeverPull')
    return { code: 'IMAGE_NOT_ON_NODE', why: text };
  if (reason === 'SignatureValidationFailed')
    return { code: 'IMAGE_FORBIDDEN', why: SIGNATURE };
  // The image's own name is no reason: it may hold numbers and words.
  const bare = text
    .replace(/"[^"]*"/g, '""')
    .replace(/(?<=[\w\]]):\d+(?=:? ?(?:not found|manifest unknown|$))/gi, '')
    .replace(/\b[\w.-]+(?::\d+)?\/[\w./-]+:[\w.-]+(?=: )/g, '');
  const kind = KINDS.find(([pattern]) => pattern.test(bare));
  return { code: kind?.[1] ?? 'IMAGE_UNAVAILABLE', why: lastPart(text) };
}
