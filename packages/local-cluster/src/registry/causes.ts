/** What is wrong with a field, in the API server's words (apimachinery's `field.Error`). */
import type { Json } from '../types';

/** One cause of a 422. */
export interface Cause {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotFound'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany';
  message: string;
  field: string;
}

/** A text that stands in a message as it is. */
export class GoText {
  constructor(readonly text: string) {}
}

export function required(field: string, detail?: string): Cause {
  return {
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
    field,
  };
}

/** A value as messages show it. */
function printed(value: Json): string {
  return value instanceof GoText ? value.text : JSON.stringify(value);
}

export function bad(field: string, value: Json, why: string): Cause {
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${printed(value)}: ${why}`,
    field,
  };
}

/** A value as Go prints it: what of a map is told is its type, too. */
export function labelsValue(labels: Record<string, string>): GoText {
  return new GoText(
    `map[string]string{${Object.entries(labels)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .sort()
      .join(', ')}}`,
  );
}

/** A label selector as Go prints it. */
export function selectorValue({ matchLabels, matchExpressions }: Json): GoText {
  const labels = matchLabels
    ? labelsValue(matchLabels).text
    : 'map[string]string(nil)';
  const expressions = matchExpressions
    ? `[]v1.LabelSelectorRequirement{${matchExpressions
        .map(
          ({ key, operator, values = [] }: Json) =>
            `v1.LabelSelectorRequirement{Key:${JSON.stringify(
              key,
            )}, Operator:${JSON.stringify(operator)}, Values:[]string{${values
              .map((each: string) => JSON.stringify(each))
              .join(', ')}}}`,
        )
        .join(', ')}}`
    : '[]v1.LabelSelectorRequirement(nil)';
  return new GoText(
    `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${expressions}}`,
  );
}

/** A value that another field should hold. */
export function notFoundValue(field: string, value: Json): Cause {
  return {
    reason: 'FieldValueNotFound',
    message: `Not found: ${printed(value)}`,
    field,
  };
}

/** A value that another field holds already. */
export function duplicate(field: string, value: Json): Cause {
  return {
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${printed(value)}`,
    field,
  };
}

/** A value that is none of those that there are. */
export function notSupported(
  field: string,
  value: Json,
  supported: string[],
): Cause {
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${printed(
      value,
    )}: supported values: ${supported
      .map(each => JSON.stringify(each))
      .join(', ')}`,
    field,
  };
}

export function tooLong(field: string, most: number): Cause {
  return {
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${most} bytes`,
    field,
  };
}

export function forbidden(field: string, detail: string): Cause {
  return {
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
    field,
  };
}
