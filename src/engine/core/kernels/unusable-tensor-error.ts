/**
 * A tensor that cannot be quantised: it holds NaN or infinity, spans more than float32 can express, or is empty.
 * The caller knows which site it belongs to and says so.
 */
export class UnusableTensorError extends Error {
  override readonly name = 'UnusableTensorError';

  constructor(
    readonly kind: 'not-finite' | 'range' | 'empty',
    message: string,
    /** Position of the first offending element, counted over all chunks; -1 where there is none. */
    readonly index = -1,
  ) {
    super(message);
  }
}

/** Finds and names the first NaN or infinity; for use after a fast pass has noticed that there is one. */
export function notFinite(chunks: readonly Float32Array[]): UnusableTensorError {
  let before = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (!Number.isFinite(chunk[i])) {
        return new UnusableTensorError('not-finite', `element ${before + i} is ${chunk[i]}`, before + i);
      }
    }
    before += chunk.length;
  }
  throw new Error('a fast pass reported a value that is not finite, but there is none');
}
