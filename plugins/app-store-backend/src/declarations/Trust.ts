/**
 * For whom a location acts. Only the configuration says so: what a file says of its owner
 * counts for nothing.
 */
import type { DeclarationKind } from '@ai-app-store/backstage-plugin-app-store-common';
import { normalLocation, type TrustConfig } from '../config/declarations';

/** The URL of a location ref of the catalog; undefined for one that is no URL. */
export function urlOf(locationRef: string | undefined): string | undefined {
  const url = /^url:(.*)$/s.exec(locationRef ?? '')?.[1];
  return url && normalLocation(url);
}

/** Whether a URL is what an entry names, or lies in it. */
function covers({ location }: TrustConfig, url: string): boolean {
  if (!location.endsWith('/')) return url === location;
  // Some servers say the branch behind the question mark.
  return url.startsWith(location) && !url.includes('?');
}

/** Answers for whom locations act. */
export class Trust {
  readonly #entries: readonly TrustConfig[];

  constructor(entries: readonly TrustConfig[]) {
    // The most exact one counts.
    this.#entries = [...entries].sort(
      (a, b) => b.location.length - a.location.length,
    );
  }

  #entryOf(url: string | undefined): TrustConfig | undefined {
    return url === undefined
      ? undefined
      : this.#entries.find(entry => covers(entry, url));
  }

  /** The person for whom a location may declare a kind; undefined where it is a proposal. */
  ownerOf(
    locationRef: string | undefined,
    kind: DeclarationKind,
  ): string | undefined {
    const entry = this.#entryOf(urlOf(locationRef));
    return entry?.kinds.includes(kind) ? entry.owner : undefined;
  }

  /** What becomes of what a location no longer declares. */
  onRemoval(locationRef: string | undefined): TrustConfig['onRemoval'] {
    return this.#entryOf(urlOf(locationRef))?.onRemoval ?? 'keep';
  }

  /** The directory below which a location is trusted; undefined where it is not. */
  rootOf(locationRef: string | undefined): string | undefined {
    const root = this.#entryOf(urlOf(locationRef))?.location;
    return root && root.slice(0, root.lastIndexOf('/') + 1);
  }

  /**
   * Whether a declaration may take values from a source.
   *
   * @param by - where it is declared; of a file that somebody applied, the person
   */
  mayTake(
    by: { location?: string } | { ownerRef: string },
    from: 'environment' | 'kubernetes',
    name: string,
  ): boolean {
    const entries =
      'ownerRef' in by
        ? this.#entries.filter(({ owner }) => owner === by.ownerRef)
        : [this.#entryOf(urlOf(by.location))];
    return entries.some(
      entry =>
        entry?.kinds.includes('AppSecret') &&
        entry.secrets[from].includes(name),
    );
  }
}
