/** The quantiser of one block's attention map, and the tensors it writes: values in reference arithmetic, integer levels in integer arithmetic. */
import type { MapForms } from '../../core/graph/integer/map-forms';
import type { LogScheme } from '../../core/quantizers/scheme';

export interface BlockQuantizer extends MapForms {
  readonly scheme: LogScheme;
  readonly delta: number;
  /** Bits of the activations. */
  readonly aBits: number;
  /** code -> value. */
  readonly levels: Float32Array;
}
