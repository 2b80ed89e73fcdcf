/** What stands for the images of a case. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messagesOf, type Case } from './cases';

/** An image's own command, where a pod names none: of another machine, else a case would name it. */
const FOREIGN = '/image/app';

/** Images that were there, or came, stand for this machine's Node.js. */
export function imagesOf(recorded: Case, directory: string) {
  mkdirSync(join(directory, 'image'));
  writeFileSync(join(directory, 'image/app'), 'of another machine', {
    mode: 0o755,
  });
  const node = {
    mounts: [
      { source: dirname(dirname(process.execPath)), target: '/opt/node' },
      { source: join(directory, 'image'), target: dirname(FOREIGN) },
    ],
    path: ['/opt/node/bin'],
    command: [FOREIGN],
  };
  const names = messagesOf(recorded).flatMap(message => {
    const [, there, pulled] =
      /^(?:Container image "([^"]+)" already|Successfully pulled image "([^"]+)")/.exec(
        message,
      ) ?? [];
    const name = there ?? pulled;
    return name ? [name.replace(/:[^/:]+$/, '')] : [];
  });
  return Object.fromEntries(names.map(name => [name, node]));
}
