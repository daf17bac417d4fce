/** How a quantised attention map enters the graph: which tensors, and what each holds for a code. */
import type { LogScheme } from '../../quantizers/scheme';

/**
 * What a kernel writes in place of a map (`out`, and `second` where there are two):
 * - `values`: float32, the value of the code (`reference` arithmetic).
 * - `levels`: float32, the whole level, to be scaled by `IntegerLevels.scale(delta)` after the product. BitLog2.
 * - `level-bytes`: the same as uint8. BitLog2_Half_16, whose levels end at 192.
 * - `two-accumulators`: float32, for Sqrt2, whose level of q is 2^-ceil(q/2) * (q odd ? sqrt2 : 1): 2^(s - q/2) to `out` where q is even
 *   and 2^(s - (q+1)/2) to `second` where it is odd, 0 in the other one; s = ceil(greatest q / 2) makes all of them whole
 *   (8 for Sqrt2_17, 7 for Sqrt2_16 with 4 bits). value = (out + sqrt2 * second) * delta / 2^s.
 */
export type MapOutput = 'values' | 'levels' | 'level-bytes' | 'two-accumulators';

/** One tensor of the shape of the map. The map's value is (sum over forms of factor * tensor) * scale. */
export interface MapForm {
  /** Name under which the graph reads it. */
  readonly tensor: string;
  readonly type: 'float32' | 'uint8';
  /** What a code stands for in this tensor. */
  readonly byCode: Float32Array;
  readonly factor: number;
}

/** How a map enters the graph. */
export interface MapForms {
  readonly output: MapOutput;
  /** The first takes the place of the map when it is float32 too. */
  readonly forms: readonly MapForm[];
}

export interface IntegerForms extends MapForms {
  /** What the sums over the forms are multiplied by. */
  readonly scale: (delta: number) => number;
}

/**
 * Integer levels of a scheme: BitLog2 in one tensor (bytes where they fit, for a product of bytes), log sqrt2 in two, of its even and of its odd
 * powers. Null where they do not fit.
 */
export function integerForms(scheme: LogScheme, softmax: string, aBits: number): IntegerForms | null {
  const levels = scheme.integerLevels(aBits);
  if (levels === null) return null;
  const { whole, root, scale } = levels;
  if (root !== null) {
    return {
      output: 'two-accumulators',
      forms: [
        { tensor: `${softmax}/even`, type: 'float32', byCode: Float32Array.from(whole), factor: 1 },
        { tensor: `${softmax}/odd`, type: 'float32', byCode: Float32Array.from(root), factor: Math.SQRT2 },
      ],
      scale,
    };
  }
  const bytes = whole.every((level) => level <= 255);
  return {
    output: bytes ? 'level-bytes' : 'levels',
    forms: [{ tensor: `${softmax}/levels`, type: bytes ? 'uint8' : 'float32', byCode: Float32Array.from(whole), factor: 1 }],
    scale,
  };
}

/** The one form of reference arithmetic: values in float32. */
export function valueForms(softmax: string, levels: Float32Array): MapForms {
  return { output: 'values', forms: [{ tensor: `${softmax}/quantized`, type: 'float32', byCode: levels, factor: 1 }] };
}
