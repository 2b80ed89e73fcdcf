/** What a container runtime says of an image that it cannot pull. */
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
  const parts = message.split(/: (?=[a-z0-9])/i);
  return parts.slice(-2).join(': ').trim();
}

const KINDS: Array<[RegExp, ImageCause]> = [
  [/no space left on device/i, 'DISK_FULL'],
  [
    /no match for platform|does not match the specified platform|no matching manifest|image operating system/i,
    'IMAGE_WRONG_PLATFORM',
  ],
  [/\b429\b|too many requests|toomanyrequests|rate limit/i, 'REGISTRY_BUSY'],
  [
    /\b40[13]\b|unauthorized|forbidden|failed to authorize|authentication required|access denied|pull access denied|insufficient_scope|no basic auth credentials/i,
    'IMAGE_FORBIDDEN',
  ],
  [
    /\b5\d\d\b [A-Z]|service unavailable|bad gateway|internal server error|gateway time-?out/i,
    'REGISTRY_FAILED',
  ],
  [
    /dial tcp|no such host|connection refused|connection reset|i\/o timeout|timed? ?out|deadline exceeded|no route to host|network is unreachable|x509|tls:|certificate|EOF|server misbehaving/i,
    'REGISTRY_UNREACHABLE',
  ],
  [
    /not ?found|manifest unknown|name unknown|does not exist/i,
    'IMAGE_NOT_FOUND',
  ],
];

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
  // The image's own name is no reason: it may hold numbers and words.
  const bare = text.replace(/"[^"]*"/g, '""');
  const kind = KINDS.find(([pattern]) => pattern.test(bare));
  return { code: kind?.[1] ?? 'IMAGE_UNAVAILABLE', why: lastPart(text) };
}
