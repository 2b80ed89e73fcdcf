/** From the recorded cluster's values to those of the one that is replayed on. */
import type { Difference } from './compare';
import type { Json } from './recording';
import { LEARNED } from './rules';

/** Shorter values are replaced as a whole only: they may be part of any word. */
const LEAST_INFIX = 6;
/** Random endings that the server gives to names. */
const GENERATED = /^kube-api-access-[a-z0-9]{5}$/;
/** An event is named after what it speaks of, and a number. */
const EVENT_NAME = /^.+\.[0-9a-f]{16}$/;

/** What stands for what. */
export class Translation {
  #values = new Map<string, string>();
  #versions = new Map<string, string>();
  /** `uid@version`, to hold that a version of an object stays the same one. */
  #versionsOf = new Map<string, string>();
  /** Versions that were another one before. */
  unlike: Difference[] = [];

  /** @returns what has all forgotten that is learned from now on */
  remember(): () => void {
    const values = new Map(this.#values);
    const versions = new Map(this.#versions);
    const versionsOf = new Map(this.#versionsOf);
    const unlike = [...this.unlike];
    return () => {
      this.#values = values;
      this.#versions = versions;
      this.#versionsOf = versionsOf;
      this.unlike = unlike;
    };
  }

  learn(recorded: string, ours: string): void {
    if (recorded !== ours && !this.#values.has(recorded))
      this.#values.set(recorded, ours);
  }

  /** A name that was made of a prefix, wherever an answer says it. */
  learnGenerated(
    prefix: string | undefined,
    recorded: string,
    ours: string,
  ): void {
    if (!prefix) return;
    const start = prefix.slice(0, 58).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const name = new RegExp(
      `${start}[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])`,
    );
    const [was] = name.exec(recorded) ?? [];
    const [is] = name.exec(ours) ?? [];
    if (was && is) this.learn(was, is);
  }

  learnVersion(recorded: string, ours: string): void {
    if (!this.#versions.has(recorded)) this.#versions.set(recorded, ours);
  }

  version(recorded: string): string | undefined {
    return this.#versions.get(recorded);
  }

  /** The newest recorded one that was shown so far. */
  get newestVersion(): number {
    return Math.max(0, ...[...this.#versions.keys()].map(Number));
  }

  /** Ours of the nearest version before one, where that itself was never shown. */
  versionBefore(recorded: number): string | undefined {
    let best: [number, string] | undefined;
    for (const [key, value] of this.#versions) {
      const version = Number(key);
      if (version <= recorded && (!best || version > best[0]))
        best = [version, value];
    }
    return best?.[1];
  }

  /** Walks a recorded answer and ours side by side, and takes in what is the server's. */
  study(recorded: Json, ours: Json): void {
    if (!recorded || !ours || typeof recorded !== 'object') return;
    if (Array.isArray(recorded)) {
      if (!Array.isArray(ours)) return;
      recorded.forEach((item, index) =>
        this.study(item, counterpart(item, index, ours)),
      );
      return;
    }
    this.#keepVersion(recorded, ours);
    const generated =
      recorded.generateName && recorded.generateName === ours.generateName;
    for (const [key, value] of Object.entries<Json>(recorded)) {
      const other = ours[key];
      if (typeof value === 'string' && typeof other === 'string') {
        if (
          LEARNED.test(key) ||
          (key === 'name' &&
            (generated ||
              (GENERATED.test(value) && GENERATED.test(other)) ||
              (EVENT_NAME.test(value) && EVENT_NAME.test(other))))
        )
          this.learn(value, other);
        if (key === 'resourceVersion') this.learnVersion(value, other);
      } else this.study(value, other);
    }
  }

  /** A version of an object is the same one whenever it is shown. */
  #keepVersion(recorded: Json, ours: Json): void {
    const { uid, resourceVersion } = recorded;
    if (!uid || !resourceVersion || !ours.resourceVersion) return;
    const key = `${uid}@${resourceVersion}`;
    const known = this.#versionsOf.get(key);
    if (known === undefined) this.#versionsOf.set(key, ours.resourceVersion);
    else if (known !== ours.resourceVersion)
      this.unlike.push({
        path: `metadata.resourceVersion of ${recorded.name}`,
        recorded: `${resourceVersion}, which was ${known} here`,
        ours: ours.resourceVersion,
      });
  }

  /** A recorded value as it should be here. */
  apply(value: Json): Json {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map(item => this.apply(item));
    if (!value || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        this.#text(key),
        key === 'resourceVersion' && typeof item === 'string'
          ? this.#versions.get(item) ?? item
          : this.apply(item),
      ]),
    );
  }

  #text(text: string): string {
    const whole = this.#values.get(text);
    if (whole !== undefined) return whole;
    let out = text;
    for (const [recorded, ours] of this.#values)
      if (recorded.length >= LEAST_INFIX && out.includes(recorded))
        out = out.split(recorded).join(ours);
    return out;
  }
}

/** The item of our list that a recorded one is compared with. */
function counterpart(item: Json, index: number, ours: Json[]): Json {
  const metaOf = (value: Json) => value?.metadata ?? value?.object?.metadata;
  const meta = metaOf(item);
  if (!meta?.name) return ours[index];
  return (
    ours.find(
      other =>
        metaOf(other)?.name === meta.name &&
        metaOf(other)?.namespace === meta.namespace,
    ) ?? ours[index]
  );
}
