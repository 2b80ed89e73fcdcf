/** What the patterns of the API's document ask for, in words: nobody has to read a regular expression. */

const CONTROLS = 'must not contain control characters';
const TURNED =
  'must not contain control characters or characters that change the direction of text';
const NAME =
  'can contain letters, digits, "-", "_" and ".", at most 63 characters, and must start and end with a letter or digit';

const WORDS: Record<string, string> = {
  '^\\P{Cc}*$': CONTROLS,
  '^\\P{C}*$': CONTROLS,
  '^[^\\p{Cc}]*$': CONTROLS,
  '^[^\\p{Cc}]+$': `${CONTROLS}, and not be empty`,
  '^[^\\p{Cc}]*[^\\p{Cc}\\s][^\\p{Cc}]*$': `${CONTROLS}, and not be blank`,
  '^[^\\x00]*$': 'must not contain a NUL character',
  '^[^\\p{Cc}\\p{Bidi_Control}]+$': TURNED,
  '^[^\\x00\\p{Bidi_Control}]*$': TURNED,
  '^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$': NAME,
  '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$':
    'can contain lower case letters, digits, "-" and ".", and must start and end with a letter or digit',
  '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$':
    'can contain lower case letters, digits and "-", at most 63 characters, and must start and end with a letter or digit',
  '^#[0-9a-fA-F]{6}$': 'must be a colour such as #1a2b3c',
  '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$':
    'must be the name of an image, such as registry.example/app:1.0',
  '^app:[^\\p{Cc}]+$': 'must be `app:` with the name of an app',
  '^[\\x21-\\x7e]{1,128}$':
    'must be 1 to 128 visible ASCII characters without spaces',
  '^(\\*|anonymous|!?is_full_access|!?is_admin|user:[^\\p{Cc}]+|role:[^\\p{Cc}]+)$':
    'must be *, anonymous, is_full_access, is_admin, or user: or role: with an entity ref',
  '^(\\*|(app|instance|tag|secret|alias|platform):(\\*|[a-z_]+))$':
    'must be * or a kind with an action, such as app:run',
  '^!?(is_owner|is_full_access|visibility:(PRIVATE|ALL_USERS|PUBLIC|APP)|lifecycle:(ON_DEMAND|MANAGED|LINK))$':
    'must be is_owner, is_full_access, visibility: or lifecycle: with a value; "!" before it negates it',
  '^(\\*|(app|instance|tag|secret|alias):[^\\p{Cc}]+)$':
    'must be * or a kind with a name, such as app:com.example.hello',
  '^[a-z_]+(:[a-z_-]+)?$': 'must be an action, such as app:import',
  '^[a-z_]{1,40}$': 'must be an action, such as run',
  '^[0-9a-f]+$': 'must be hexadecimal digits',
  '^[0-9a-f]{64}$': 'must be a SHA-256 digest in 64 hexadecimal digits',
  '^[A-Za-z0-9._+-]{1,200}$':
    'can contain letters, digits, ".", "_", "+" and "-", at most 200 characters',
};

/** Whether a pattern has words of its own; for tests. */
export function hasWords(pattern: string): boolean {
  return Object.hasOwn(WORDS, pattern);
}

/** What a pattern asks for: `must …` or `can …`. */
export function wordsOf(pattern: string): string {
  return hasWords(pattern) ? WORDS[pattern] : 'has the wrong format';
}

/** A message of the check against the document, without a regular expression. */
export function withoutPattern(message: string): string {
  const [, pattern] = /^must match pattern "(.*)"$/s.exec(message) ?? [];
  return pattern === undefined ? message : wordsOf(pattern);
}
