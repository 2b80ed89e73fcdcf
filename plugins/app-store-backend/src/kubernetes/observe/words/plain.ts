/**
 * A message of the cluster as a part of a sentence: one line, without the names of our own objects,
 * which say nothing to people, and without accounts.
 */

/** Of an instance, its pods and what belongs to them: `i-<id>`, `i-<id>-data`, `i-<id>-7b9c68df58-mr74g`. */
const OWN_NAME = /"?\bi-[0-9a-f]{8}[-0-9a-z]*"?/g;
const ACCOUNT = /system:serviceaccount:[^\s"'):]+:[^\s"'),]+/g;
/** Of containers; what names an image or a layer stays. */
const LONG_ID = /(?<!sha256:)"?\b[0-9a-f]{64}\b"?/g;
const UID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
/** Where the kubelet keeps what a pod has. */
const POD_PATH =
  /\/var\/lib\/kubelet\/(?:pods|plugins)\/\S*?(?=[\s,;:"'()]|$)/g;

/** The line that tells: `mount` and its like print what they did before it. */
function tellingLine(text: string): string {
  const [, output = text] = /(?:^|\s)Output: (.*)$/s.exec(text) ?? [];
  const lines = output
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  const failed = lines.filter(line =>
    /denied|fail|error|refused|inconsisten|cannot|can't|no such|not |wrong|bad |busy|invalid/i.test(
      line,
    ),
  );
  return failed.at(-1) ?? lines.at(-1) ?? '';
}

/** Who asked is nobody's business. */
export function withoutAccounts(text: string): string {
  return text.replace(ACCOUNT, 'the store');
}

/** The names alone are taken out; it may have several lines. */
export function withoutNames(text: string): string {
  return withoutAccounts(text)
    .replace(OWN_NAME, 'of the instance')
    .replace(POD_PATH, 'its directory')
    .replace(UID, '…')
    .replace(LONG_ID, '…');
}

/** A message of whatever part of a cluster. */
export function plain(message: string): string {
  const text = message
    .replace(/rpc error: code = \w+ desc = /g, '')
    .replace(/time="[^"]*" level=\w+ msg="((?:[^"\\]|\\.)*)"/g, (_, told) =>
      told.replaceAll('\\"', '"'),
    );
  const line = text.includes('\n') ? tellingLine(text) : text;
  return withoutNames(line)
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '')
    .trim();
}
