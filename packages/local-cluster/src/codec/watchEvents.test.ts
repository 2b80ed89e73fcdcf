import type { KubeObject } from '../types';
import { encodeWatchEvent } from './watchEvents';

const object = (name: string) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
  } as KubeObject);
const JSON_MEDIA = 'application/json';

describe('14: events of a watch', () => {
  it('share their bytes, whatever else is told in between', () => {
    const it = { type: 'MODIFIED' as const, object: object('many') };
    const first = encodeWatchEvent(it, JSON_MEDIA, true);
    encodeWatchEvent({ ...it, object: object('one') }, JSON_MEDIA, false);
    encodeWatchEvent(it, 'application/yaml', true);
    expect(encodeWatchEvent(it, JSON_MEDIA, true)).toBe(first);
    expect(first.toString()).toBe(`${JSON.stringify(it)}\n`);
    // A watcher whose selection it enters is told something else.
    const added = { ...it, type: 'ADDED' as const };
    expect(encodeWatchEvent(added, JSON_MEDIA, true).toString()).toBe(
      `${JSON.stringify(added)}\n`,
    );
  });
});
