/** Counts and digests what passes, and fails where it is not what was agreed on. */
import { createHash } from 'node:crypto';
import {
  pipeline,
  Transform,
  type Readable,
  type TransformCallback,
} from 'node:stream';

/** More came than may; said with the first byte that is too many. */
export class OverLimit extends Error {}

/** All has come, and is not what was said. */
export class WrongDigest extends Error {}

/** Counts and digests a stream, and fails where it is not as agreed. */
export class Meter extends Transform {
  readonly #hash = createHash('sha256');
  readonly #limit: number;
  readonly #expected: string | undefined;
  #bytes = 0;
  #digest = '';

  /** @param options.expected - SHA-256, hexadecimal */
  constructor(options: { limit?: number; expected?: string }) {
    super();
    this.#limit = options.limit ?? Infinity;
    this.#expected = options.expected;
  }

  /** That have come so far. Not `size`: the S3 library takes that of a stream for its length. */
  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of all that came, hexadecimal; empty before the end. */
  get digest(): string {
    return this.#digest;
  }

  override _transform(chunk: Buffer, _: string, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limit) {
      done(new OverLimit(`more than ${this.#limit} bytes`));
      return;
    }
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#digest = this.#hash.digest('hex');
    done(
      this.#expected === undefined || this.#digest === this.#expected
        ? null
        : new WrongDigest(
            `its SHA-256 is ${this.#digest}, not ${this.#expected}`,
          ),
    );
  }
}

/**
 * A stream that is counted and digested; whoever reads it learns of every failure, the
 * stream's own too.
 *
 * @param options.through - what it passes before
 */
export function metered(
  stream: Readable,
  options: { limit?: number; expected?: string; through?: Transform },
): Meter {
  const meter = new Meter(options);
  return options.through
    ? pipeline(stream, options.through, meter, () => {})
    : pipeline(stream, meter, () => {});
}
