/** Words that several pages use. */
import type {
  SecretVisibility,
  TagKind,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** One choice of who may see or open something. */
export interface VisibilityChoice {
  value: Visibility;
  label: string;
}

/** Who may open an instance. */
export const INSTANCE_VISIBILITIES: VisibilityChoice[] = [
  { value: 'PRIVATE', label: 'Private: only me' },
  { value: 'ALL_USERS', label: 'All users: everybody with full access' },
  { value: 'PUBLIC', label: 'Public: everybody, without signing in' },
];

/** Who may see an app. */
export const APP_VISIBILITIES: VisibilityChoice[] = [
  { value: 'PRIVATE', label: 'Private: only me' },
  {
    value: 'ALL_USERS',
    label: 'All users: with full access, and visitors by its tags',
  },
  { value: 'PUBLIC', label: 'Public: everybody who can see the store' },
];

/** Their names alone; "only me" would be wrong on the pages of others. */
export const SHORT_VISIBILITY: Record<Visibility, string> = {
  PRIVATE: 'Private',
  ALL_USERS: 'All users',
  PUBLIC: 'Public',
};

/** Whom a secret is for. */
export const SECRET_SCOPES: Record<SecretVisibility, string> = {
  PRIVATE: 'Mine',
  ALL_USERS: 'All users',
  APP: 'One app',
};

/** How a tag is used (specification 2.4). */
export const TAG_KINDS: Record<
  TagKind,
  { one: string; many: string; use: string }
> = {
  CATEGORY: {
    one: 'Category',
    many: 'Categories',
    use: 'Filters the store page.',
  },
  AUTHORIZATION: {
    one: 'Authorization tag',
    many: 'Authorization tags',
    use: 'Lets visitors with one of its roles see the apps.',
  },
  BADGE: { one: 'Badge', many: 'Badges', use: 'Marks apps.' },
};

/** Order of the kinds on pages. */
export const KIND_ORDER: TagKind[] = ['CATEGORY', 'AUTHORIZATION', 'BADGE'];

/** A person or group by its short name: `uma` for `user:default/uma`. */
export function shortRef(ref: string): string {
  return ref.replace(/^(user|group):default\//, '');
}

const UNITS = ['kB', 'MB', 'GB'];

/** `1.5 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  const power = Math.min(UNITS.length, Math.floor(Math.log10(n) / 3));
  return `${(n / 1000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

/** `3 apps`, `1 app`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A short time: `3.1 s`, `48 s`; a longer one as `duration` has it. */
export function seconds(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : duration(ms);
}

/** A time of a machine's: `12 ms`; a longer one as `seconds` has it. */
export function shortly(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : seconds(ms);
}

/** A length of time in its two largest units: `7 h 59 min`, `6 days`. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48)
    return `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
  return `${Math.round(hours / 24)} days`;
}

/** A moment, short and in the reader's own way: the one form of all pages. Where it may be looked at, `When` shows it. */
export function when(at: string): string {
  return new Date(at).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
}

/** The same without the time. */
export function day(at: string): string {
  return new Date(at).toLocaleDateString(undefined, { dateStyle: 'medium' });
}

/** All that is known of a moment: the day of the week, seconds, the time zone. */
export function fullMoment(at: string): string {
  return new Date(at).toLocaleString(undefined, {
    dateStyle: 'full',
    timeStyle: 'long',
  });
}
