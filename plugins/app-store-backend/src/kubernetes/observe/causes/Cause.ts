/** What is known of a cause: how the instance stands meanwhile, whose it is, what is said and what helps. */
import type {
  InstanceStatus,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';

export interface Cause {
  owner: Problem['owner'];
  /** PENDING where it may pass by itself and waiting is right, FAILED where somebody has to do something. */
  status: Extract<InstanceStatus, 'PENDING' | 'FAILED' | 'UNKNOWN'>;
  message(...facts: never[]): string;
  remedy: string | ((...facts: never[]) => string);
  /** The app ended by itself, and Kubernetes starts it again. */
  restarts?: true;
  /** The entry program tells it of a failed installation (`app-store-entry.mjs`). */
  told?: true;
}

/** A text that begins with a capital letter. */
export function sentence(text: string): string {
  return `${text.charAt(0).toLocaleUpperCase('en-US')}${text.slice(1)}`;
}
