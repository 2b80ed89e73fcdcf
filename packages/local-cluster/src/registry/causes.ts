/** What is wrong with a field, in the API server's words (apimachinery's `field.Error`). */
import type { Json } from '../types';

/** One cause of a 422. */
export interface Cause {
  reason: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueForbidden';
  message: string;
  field: string;
}

export function required(field: string, detail?: string): Cause {
  return {
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
    field,
  };
}

export function bad(field: string, value: Json, why: string): Cause {
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    field,
  };
}

/** A value that another field should hold and does not, or that it holds already. */
export function mismatch(
  field: string,
  value: Json,
  what: 'Not found' | 'Duplicate value',
): Cause {
  return {
    reason: 'FieldValueInvalid',
    message: `${what}: ${JSON.stringify(value)}`,
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
