/**
 * Values of secrets as the API carries them: base64 both ways, so that what is no
 * text passes through unchanged.
 */

import type {
  AppSecret,
  SecretIdentity,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** What tells a secret from others. */
export function identityOf({
  name,
  visibility,
  parent,
}: AppSecret): SecretIdentity {
  return { name, visibility, ...(parent ? { parent } : {}) };
}

/** One key with its value. */
export interface SecretEntry {
  key: string;
  /** The text; of a value that is no text, its base64. */
  value: string;
  /** The value is no text. */
  binary: boolean;
}

/** Entries of revealed values. */
export function entriesOf(data: Record<string, string>): SecretEntry[] {
  return Object.entries(data).map(([key, base64]) => {
    const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
    try {
      const value = new TextDecoder('utf-8', {
        fatal: true,
        ignoreBOM: true,
      }).decode(bytes);
      return { key, value, binary: false };
    } catch {
      return { key, value: base64, binary: true };
    }
  });
}

/** Values to send, in base64. */
export function dataOf(entries: SecretEntry[]): Record<string, string> {
  return Object.fromEntries(
    entries.map(({ key, value, binary }) => [
      key,
      binary
        ? value
        : btoa(
            Array.from(new TextEncoder().encode(value), byte =>
              String.fromCharCode(byte),
            ).join(''),
          ),
    ]),
  );
}
