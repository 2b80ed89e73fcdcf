/** Values that several sections of the store's configuration have. */
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  API_DOCUMENT,
  type ApiDocument,
  parseQuantity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { configValue } from '@ai-app-store/backstage-plugin-app-store-node';
import { wordsOf } from '../errors/patternWords';

export const {
  section,
  text,
  converted,
  secret,
  flag,
  wholeNumber,
  duration,
  url,
} = configValue;

export const texts = z.array(text);

/** A Kubernetes quantity. */
export const quantity = text.refine(
  value => parseQuantity(value) >= 0,
  'must be a Kubernetes quantity such as 512Mi or 500m',
);

/** A regular expression, for a whole text. */
export const pattern = converted(
  'must be a regular expression',
  value => new RegExp(`^(?:${value})$`),
);

/** A text as a schema of the API's document has it: who configures a thing obeys the rules of who makes it. */
export const asInApi = (schema: keyof ApiDocument['components']['schemas']) => {
  const {
    minLength = 0,
    maxLength = Infinity,
    pattern: fits = '',
  } = API_DOCUMENT.components.schemas[schema] as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
  };
  return z
    .string('must be a text')
    .min(minLength, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .regex(new RegExp(fits, 'u'), wordsOf(fits));
};

export const cssColor = text.regex(
  /^#[0-9a-fA-F]{6}$/,
  'must be a colour such as #3a5ba0',
);

/** A path of this machine; relative ones are below the working directory. */
export const path = text.transform(value => resolve(value));

/** A path of the portal, or a URL with one of the schemes. */
export const address = (...schemes: string[]) =>
  text.refine(
    value =>
      /^\/(?!\/)/.test(value) ||
      (URL.canParse(value) && schemes.includes(new URL(value).protocol)),
    `must be a path of the portal, which begins with /, or a URL with ${schemes.join(
      ' or ',
    )}`,
  );

/** An object as the Kubernetes API has it, whose content is the cluster's to check. */
export const kubernetesObject = <T extends object>(what: string) =>
  z.custom<T>(
    value =>
      Boolean(value) && typeof value === 'object' && !Array.isArray(value),
    `must be ${what}`,
  );

/** Refuses a list in which two have the same `key`. */
export const noTwo =
  <Key extends string>(key: Key) =>
  (list: ReadonlyArray<Record<Key, unknown>>, context: z.RefinementCtx) =>
    list.forEach((entry, index) => {
      if (list.findIndex(each => each[key] === entry[key]) < index)
        context.addIssue({
          code: 'custom',
          path: [index, key],
          message: `is ${JSON.stringify(entry[key])} a second time`,
        });
    });

/** What is set aside of memory and processors, and the limits. */
export const sizes = {
  memoryLimit: quantity.optional(),
  memoryReservation: quantity.optional(),
  cpuLimit: quantity.optional(),
  cpuReservation: quantity.optional(),
};

/** Refuses a reservation above its limit. */
export function reservationsFit(
  read: { [key in keyof typeof sizes]?: string },
  context: z.RefinementCtx,
): void {
  for (const kind of ['memory', 'cpu'] as const) {
    const reservation = read[`${kind}Reservation`];
    const limit = read[`${kind}Limit`] ?? '1E';
    if (reservation && parseQuantity(reservation) > parseQuantity(limit))
      context.addIssue({
        code: 'custom',
        path: [`${kind}Reservation`],
        message: `must not be more than ${kind}Limit`,
      });
  }
}
