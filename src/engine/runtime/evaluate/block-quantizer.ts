/** The quantisers of one block's attention map, and the tensors they write: values in reference arithmetic, integer levels in integer arithmetic. */
import type { MapForms } from '../../core/graph/integer/map-forms';
import type { LogScheme } from '../../core/quantizers/scheme';

/** A calibrated quantiser of maps. */
export interface HeadQuantizer {
  readonly scheme: LogScheme;
  readonly delta: number;
  /** What the scheme's functions take as `aBits`. */
  readonly aBits: number;
  /** code -> value. */
  readonly levels: Float32Array;
}

export interface BlockQuantizer extends MapForms {
  /** By head; heads that share a quantiser hold the same object, null leaves a head in FP32. Other outputs than `values` are for whole maps. */
  readonly heads: readonly (HeadQuantizer | null)[];
}
