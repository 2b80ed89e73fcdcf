/** What somebody writes into a secret, checked before anything is written. */
import {
  appNameProblem,
  secretKeyProblem,
  secretNameProblem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { StoreError } from '../errors/StoreError';
import type { SecretKey } from './secretRows';

/** Kubernetes' limit of a Secret, in bytes. */
const SECRET_LIMIT = 1024 * 1024;

/** How a secret is written. */
export interface SecretWrite {
  data: Record<string, string>;
  /** `base64` for values that are no text. */
  encoding?: 'utf8' | 'base64';
  /** What the change was made from. */
  revision?: number;
  /** Only where it is not there yet. */
  create?: boolean;
}

/** The values in base64. @throws StoreError 400 for names and values that do not do, 413 */
export function readValues(
  key: SecretKey,
  { data, encoding = 'utf8' }: SecretWrite,
): Record<string, string> {
  const refuse = (why: string, remedy = 'Choose another name.') => {
    throw new StoreError({
      status: 400,
      code: 'BAD_SECRET',
      message: `The secret ${JSON.stringify(key.name.slice(0, 80))} ${why}.`,
      owner: 'you',
      remedy,
    });
  };
  const nameProblem = secretNameProblem(key.name);
  if (nameProblem) refuse(nameProblem);
  if (key.visibility === 'APP') {
    const app = /^app:(.*)$/s.exec(key.parent)?.[1];
    if (app === undefined || appNameProblem(app))
      refuse(
        'is an APP secret and needs a parent `app:<app name>`',
        'Give the name of the app.',
      );
  }
  const values: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(data)) {
    const keyProblem = secretKeyProblem(name);
    if (keyProblem)
      refuse(
        `has a key ${JSON.stringify(name.slice(0, 80))} that ${keyProblem}`,
      );
    const bytes = Buffer.from(value, encoding);
    // Node.js reads what it can of bad base64, which is not what was meant.
    if (
      encoding === 'base64' &&
      bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, '')
    )
      refuse(
        `has a value under ${JSON.stringify(name)} that is not base64`,
        'Encode it as base64 (RFC 4648, section 4).',
      );
    values[name] = bytes.toString('base64');
    size += bytes.length;
  }
  if (size > SECRET_LIMIT)
    throw new StoreError({
      status: 413,
      code: 'SECRET_TOO_LARGE',
      message: `The secret is larger than ${SECRET_LIMIT} bytes.`,
      owner: 'you',
      remedy: 'Store only credentials in it.',
    });
  return values;
}
