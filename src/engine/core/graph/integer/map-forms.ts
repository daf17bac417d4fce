/** How a quantised attention map enters the graph: which tensors, and what each holds for a code. */
import type { LogScheme } from '../../quantizers/scheme';

/** One tensor of the shape of the map. The map's value is (sum over forms of factor * tensor) * scale. */
export interface MapForm {
  /** Name under which the graph reads it. */
  readonly tensor: string;
  /** What a code stands for in this tensor. */
  readonly byCode: Float32Array;
  readonly factor: number;
}

/** Integer levels of a scheme: BitLog2 in one tensor, log sqrt2 in two, of its even and of its odd powers. Null where they do not fit. */
export function integerForms(scheme: LogScheme, softmax: string, aBits: number): { forms: readonly MapForm[]; scale: (delta: number) => number } | null {
  const levels = scheme.integerLevels(aBits);
  if (levels === null) return null;
  const whole: MapForm = { tensor: `${softmax}/levels`, byCode: Float32Array.from(levels.whole), factor: 1 };
  if (levels.root === null) return { forms: [whole], scale: levels.scale };
  return {
    forms: [{ ...whole, tensor: `${softmax}/even` }, { tensor: `${softmax}/odd`, byCode: Float32Array.from(levels.root), factor: Math.SQRT2 }],
    scale: levels.scale,
  };
}

/** The one form of reference arithmetic: values in float32. */
export function valueForm(softmax: string, levels: Float32Array): MapForm {
  return { tensor: `${softmax}/quantized`, byCode: levels, factor: 1 };
}
