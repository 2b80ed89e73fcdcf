/**
 * What each kind of declaration knows: what would have to be done, and how it is done. All of it
 * goes through the services that requests go through, with the rights of the person it acts for.
 */
import type {
  Declaration,
  DeclarationKind,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { Caller } from '../../auth/Caller';
import type {
  AppContent,
  DeclarationRecord,
  FieldChange,
  PublishedVersion,
} from '../declarationRows';
import type { DeclarationUpdate } from '../DeclarationRepository';

/** What is to be brought into line. */
export interface Target<K extends DeclarationKind = DeclarationKind> {
  /** The person it acts for. */
  caller: Caller;
  declaration: Declaration<K>;
  /** What is known of it; a new one has an id and no more. */
  row: DeclarationRecord;
  /** What stands in the source of an app. */
  content?: AppContent;
  /** Another declaration of the same source, by its ref. */
  lookup(entityRef: string): Promise<Declared | undefined>;
  /** The version that is published first of an app of the same source, by its ref or name; for plans of files. */
  coming?(app: { ref?: string; name?: string }): AppContent | undefined;
}

/** Another declaration, as far as those that name it are concerned. */
type Declared = Pick<DeclarationRecord, 'kind' | 'resourceId' | 'state'>;

/** What is there of what is declared. */
interface Found {
  id: string;
  revision: number;
}

/** What would have to be done. */
export interface Plan {
  /** `REPLACE`: an instance that cannot be changed is ended once another one runs. */
  action: 'SAME' | 'CREATE' | 'UPDATE' | 'REPLACE';
  changes: FieldChange[];
  /** What the declaration comes to besides its own words: where that changes it is applied anew. */
  resolved?: string;
  /** The app whose versions it follows. */
  follows?: string;
  /** What is there; absent where it is to be made. */
  found?: Found;
  /** It waits for something else, and nothing is done. */
  waitsFor?: Problem;
  /** What differs and is not brought into line by this declaration. */
  stays?: Problem;
}

/** What was done. */
export interface Applied {
  found: Found;
  /** It is not done yet: it is to be looked at again soon. */
  waitsFor?: Problem;
  update?: DeclarationUpdate;
}

/** What {@link DeclaredKind.apply} may use while it works. */
export interface Tools {
  /** Writes something down before the next step, so that whoever goes on after a crash knows of it. */
  remember(change: DeclarationUpdate): Promise<void>;
  /** Has this declaration be the one that declares a resource. @throws StoreError 409 where another one does */
  claim(resourceId: string): Promise<void>;
  /** The bundle of an app. */
  openBundle(): Promise<Readable>;
}

/** What is to end: the resource, and of an app all versions that were published. */
export interface Ended {
  resourceId: string;
  published: PublishedVersion[];
}

/** What becomes of what is no longer declared. */
export type Ending = 'suspend' | 'delete';

/** One kind of declaration. */
export interface DeclaredKind<K extends DeclarationKind> {
  /**
   * What would have to be done; reads only.
   *
   * @throws StoreError where it cannot be done, or the person may not do it
   */
  plan(target: Target<K>): Promise<Plan>;
  /** Does it. May be called again after any step of it. */
  apply(target: Target<K>, plan: Plan, tools: Tools): Promise<Applied>;
  /** Ends what is no longer declared, with the caller's rights. */
  end(caller: Caller, ended: Ended, how: Ending): Promise<void>;
}

/** Two values as a change; none where they are alike, or nothing is declared. */
export function changeOf(
  field: string,
  declared: string | number | boolean | string[] | undefined,
  actual: string | number | boolean | string[] | undefined,
): FieldChange[] {
  if (declared === undefined) return [];
  const words = (value: NonNullable<typeof declared>) =>
    Array.isArray(value)
      ? [...value].sort().join(', ') || 'none'
      : String(value);
  const wanted = words(declared);
  const there = actual === undefined ? undefined : words(actual);
  return there === wanted
    ? []
    : [
        {
          field,
          declared: wanted,
          ...(there === undefined ? {} : { actual: there }),
        },
      ];
}

/** For what waits for something else. */
export function waiting(message: string, remedy: string): Problem {
  return { code: 'WAITING', message, owner: 'you', remedy };
}
