/** Words that several pages use. */
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';

/** One choice of who may see or open something. */
export interface VisibilityChoice {
  value: Visibility;
  label: string;
}

/** Who may open an instance. */
export const INSTANCE_VISIBILITIES: VisibilityChoice[] = [
  { value: 'PRIVATE', label: 'Only me' },
  { value: 'ALL_USERS', label: 'Everybody with full access' },
  { value: 'PUBLIC', label: 'Everybody, without signing in' },
];

/** Who may see an app. */
export const APP_VISIBILITIES: VisibilityChoice[] = [
  { value: 'PRIVATE', label: 'Only me' },
  {
    value: 'ALL_USERS',
    label: 'Everybody with full access, and invited visitors',
  },
  { value: 'PUBLIC', label: 'Public' },
];

/** The same in a table. */
export const SHORT_VISIBILITY: Record<Visibility, string> = {
  PRIVATE: 'Only me',
  ALL_USERS: 'All users',
  PUBLIC: 'Public',
};

const UNITS = ['kB', 'MB', 'GB'];

/** `1.5 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  const power = Math.min(UNITS.length, Math.floor(Math.log10(n) / 3));
  return `${(n / 1000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}
