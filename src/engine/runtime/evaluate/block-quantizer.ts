/** The quantiser of one block's attention map with the tensors it writes: values in reference arithmetic, integer levels in integer arithmetic. */
import { at } from '../../../shared/at';
import type { MapForms } from '../../core/graph/integer/map-forms';
import type { CodeArray } from '../../core/kernels/level-codes';
import type { AttentionQuantizer, MapShape } from '../../core/quantizers/attention-quantizer';

export interface BlockQuantizer extends MapForms {
  readonly codes: AttentionQuantizer;
  readonly levelCount: number;
}

/**
 * Quantises one image's map: codes, and each form's numbers into `outputs` (the first of which may be the map itself). `counts` [heads, levels]
 * is added to unless null.
 */
export function quantizeMap(
  { codes: quantizer, forms }: BlockQuantizer, map: Float32Array, outputs: readonly (Float32Array | Uint8Array | Int8Array)[], codes: CodeArray, shape: MapShape, counts: Float64Array | null,
): void {
  // The map itself is not needed any more.
  if (counts === null) quantizer.quantize(map, map, codes);
  else quantizer.quantizeHeads(map, map, codes, shape, counts);
  for (const [position, { byCode }] of forms.entries()) {
    const out = at(outputs, position);
    for (let i = 0; i < out.length; i++) out[i] = at(byCode, at(codes, i));
  }
}
