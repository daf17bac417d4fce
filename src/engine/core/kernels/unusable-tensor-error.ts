import { EngineError } from '../../../shared/failure';
import type { Chunks } from './chunk-source';

const advice = {
  'not-finite': {
    expected: 'finite numbers',
    next: 'Check the model in FP32: its weights or its input make a value overflow',
  },
  range: {
    expected: 'values within the range of float32',
    next: 'Check the model in FP32: its activations are too large',
  },
  empty: { expected: 'at least one value', next: 'Give at least one calibration image' },
};

/**
 * A tensor that cannot be quantised: it holds NaN or infinity, spans more than float32 can express, or is empty.
 * Its failure has no place yet: the caller knows which site the tensor belongs to and adds it.
 */
export class UnusableTensorError extends EngineError {
  constructor(
    readonly problem: keyof typeof advice,
    what: string,
    /** Position of the first offending element, counted over all chunks; -1 where there is none. */
    readonly index = -1,
  ) {
    super({ kind: 'calibration', what, ...advice[problem] });
    this.name = 'UnusableTensorError';
  }
}

/** Finds and names the first NaN or infinity; for use after a fast pass has noticed that there is one. */
export function notFinite(chunks: Chunks): UnusableTensorError {
  let before = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      if (!Number.isFinite(chunk[i])) {
        const index = before + i;
        return new UnusableTensorError('not-finite', `Cannot quantise: element ${index} is ${chunk[i]}`, index);
      }
    }
    before += chunk.length;
  }
  throw new Error('a fast pass reported a value that is not finite, but there is none');
}
