/**
 * Quantities in the one form in which the server writes them
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
 */
const FORM =
  /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO_INDEX = 3;

/** The largest suffix that leaves a whole number. */
function shortest(
  amount: bigint,
  base: bigint,
  suffixes: string[],
  from: number,
): string {
  let value = amount;
  let at = from;
  while (value !== 0n && at < suffixes.length - 1 && value % base === 0n) {
    value /= base;
    at++;
  }
  return `${value}${value === 0n ? '' : suffixes[at]}`;
}

/** `0.5` is `500m`, `1024Mi` is `1Gi`, `1000m` is `1`; what is no quantity stays. */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity);
  const match = FORM.exec(text);
  if (!match || (!match[2] && !match[3])) return text;
  const [, sign, whole, fraction = '', suffix = ''] = match;
  const isBinary = suffix.length === 2 && suffix.endsWith('i');
  const negative = sign === '-' ? '-' : '';
  if (isBinary) {
    const index = BINARY.indexOf(suffix);
    const scale = 10n ** BigInt(fraction.length);
    const bytes = BigInt(`${whole}${fraction}` || '0') * 1024n ** BigInt(index);
    if (bytes % scale !== 0n) return text;
    return `${negative}${shortest(bytes / scale, 1024n, BINARY, 0)}`;
  }
  if (/^[eE]/.test(suffix)) return text;
  // In billionths, which is the least there is.
  const exponent =
    (DECIMAL.indexOf(suffix) - NANO_INDEX) * 3 + 9 - fraction.length;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const nanos =
    exponent >= 0
      ? digits * 10n ** BigInt(exponent)
      : (digits + 10n ** BigInt(-exponent) - 1n) / 10n ** BigInt(-exponent);
  return `${negative}${shortest(nanos, 1000n, DECIMAL, 0)}`;
}
