// What the tools say.

/** A failure that is explained in one sentence, with the remedy. */
export class Sentence extends Error {}

const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;
/** @type {(code: number) => (text: string) => string} */
const paint = code => text =>
  isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);

const began = Date.now();

/**
 * One step of the way, with the seconds since the start.
 *
 * @param {string} text
 */
export function step(text) {
  console.log(
    `${dim(
      `${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s`,
    )}  ${text}`,
  );
}

/**
 * A step that is told twice: when it begins, and with the seconds that it took.
 *
 * @template T
 * @param {string} begins
 * @param {string} ended
 * @param {() => Promise<T>} work
 */
export async function timed(begins, ended, work) {
  step(begins);
  const from = Date.now();
  const result = await work();
  step(`${ended} in ${((Date.now() - from) / 1000).toFixed(1)} s`);
  return result;
}
