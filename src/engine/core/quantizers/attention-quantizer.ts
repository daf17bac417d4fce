import { quantizeAndCount, quantizeByTable, type CodeArray } from '../kernels/level-codes';
import { buildLevelTable } from '../kernels/level-table';
import type { Scheme } from './scheme';

/** Shape of a softmax output: [batch, heads, rows, cols]. */
export interface MapShape {
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly cols: number;
}

/** A calibrated quantiser of attention maps. */
export interface AttentionQuantizer {
  /** code -> value, ascending, code 0 is zero. */
  readonly levels: Float32Array;
  readonly levelCount: number;
  /**
   * Quantises `length` elements from `offset`: values into `out`, codes into `codes`, at the same positions. Either may
   * be null; `out` may be `x`. Values above the top level and NaN get the top code, values below zero code 0.
   */
  quantize(x: Float32Array, out: Float32Array | null, codes: CodeArray | null, offset?: number, length?: number): void;
  /**
   * Quantises a whole map and adds to `counts` [heads, levelCount] how often each head used each code, in one pass.
   */
  quantizeHeads(
    x: Float32Array,
    out: Float32Array,
    codes: CodeArray | null,
    shape: MapShape,
    counts: Uint32Array | Float64Array,
  ): void;
}

/**
 * Compiles a scheme with its delta into a table of steps (see `LevelTable`): equal to the scheme's definition for every
 * float, at a few instructions per element.
 *
 * @param aBits bits of the activations; the scheme decides what that means for the map
 */
export function createAttentionQuantizer(scheme: Scheme, delta: number, aBits: number): AttentionQuantizer {
  if (scheme.kind === 'none') throw new Error('scheme none leaves the map in FP32: there is no quantiser');
  if (!(delta > 0) || !Number.isFinite(delta)) throw new Error(`${scheme.id}: delta must be positive, got ${delta}`);
  const levels = scheme.levels(delta, aBits);
  const table = buildLevelTable((x) => scheme.codeOf(x, delta, aBits), levels);
  const levelCount = levels.length;

  const requireRoom = (codes: CodeArray | null): void => {
    if (levelCount > 256 && codes instanceof Uint8Array) {
      throw new Error(`${scheme.id} with ${aBits} bits has ${levelCount} levels: codes need a Uint16Array`);
    }
  };

  return {
    levels,
    levelCount,
    quantize(x, out, codes, offset = 0, length = x.length - offset) {
      requireRoom(codes);
      quantizeByTable(table, x, out, codes, offset, offset + length);
    },
    quantizeHeads(x, out, codes, { batch, heads, rows, cols }, counts) {
      requireRoom(codes);
      if (x.length !== batch * heads * rows * cols || counts.length !== heads * levelCount) {
        throw new Error(
          `map of ${x.length} elements and ${counts.length} counts do not fit [${batch}, ${heads}, ${rows}, ${cols}] and ${levelCount} levels`,
        );
      }
      quantizeAndCount(table, x, out, codes, rows * cols, heads, counts);
    },
  };
}
