/**
 * What is declared in repositories: for whom each location acts, and what it may declare. A
 * declaration itself gives no rights.
 */
import { DECLARATION_KINDS } from '@ai-app-store/backstage-plugin-app-store-common';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { z } from 'zod';
import {
  converted,
  duration,
  section,
  text,
  texts,
  wholeNumber,
} from './values';

/** The prefix of a location, in its normal form. */
const location = text.transform((value, context) => {
  const found = normalLocation(value);
  if (
    found?.endsWith('/') ||
    (found && /\.ya?ml$/.test(new URL(found).pathname))
  )
    return found;
  context.addIssue({
    code: 'custom',
    message:
      'must be the URL of a directory, with a slash at the end, or of one YAML file',
  });
  return z.NEVER;
});

/**
 * A URL in the one form in which URLs are compared.
 *
 * @returns undefined for what is no http(s) URL, or hides a path in escapes
 */
export function normalLocation(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (!/^https?:$/.test(url.protocol) || url.username || url.password)
    return undefined;
  // An escaped slash, dot or backslash is a path to some servers, and to others a name.
  if (/%(2f|5c|2e|25|00)|\\/i.test(`${url.pathname}${url.search}`))
    return undefined;
  url.hash = '';
  return url.href;
}

function personRef(value: string): string {
  const ref = parseEntityRef(value, {
    defaultKind: 'user',
    defaultNamespace: 'default',
  });
  if (ref.kind.toLocaleLowerCase('en-US') !== 'user')
    throw new TypeError(`${value} is no person`);
  return stringifyEntityRef(ref);
}

const trust = z.object({
  location,
  /** The person for whom it acts. */
  owner: converted('must be a person such as user:default/dev', personRef),
  kinds: z.array(z.enum(DECLARATION_KINDS)).default(DECLARATION_KINDS),
  /** What values of secrets may come from. */
  secrets: section({
    /** Variables of the backend's environment. */
    environment: texts.default([]),
    /** Kubernetes Secrets in the store's namespace. */
    kubernetes: texts.default([]),
  }),
  /** What becomes of what is no longer declared. */
  onRemoval: z.enum(['keep', 'suspend', 'delete']).default('keep'),
});

/** Who is trusted with what. */
export type TrustConfig = z.output<typeof trust>;

export const declarationsSchema = section({
  trust: z.array(trust).default([]),
  /** Between two looks at the catalog. */
  interval: duration().default(10),
  /** Between two looks at the directory of a declared app. */
  sourceInterval: duration().default(120),
  /** How long something is gone from the catalog before it counts as no longer declared. */
  removalGrace: duration({ least: 0 }).default(600),
  /** Declarations that one location may have. */
  perLocation: wholeNumber({ min: 1 }).default(500),
});
