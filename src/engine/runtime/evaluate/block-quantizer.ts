/** The quantiser of one block's attention map with the tensors it writes: values in reference arithmetic, integer levels in integer arithmetic. */
import { at } from '../../../shared/at';
import type { MapForm } from '../../core/graph/integer/map-forms';
import type { CodeArray } from '../../core/kernels/level-codes';
import type { AttentionQuantizer, MapShape } from '../../core/quantizers/attention-quantizer';

export interface BlockQuantizer {
  readonly codes: AttentionQuantizer;
  readonly levelCount: number;
  /** The first takes the place of the map. */
  readonly forms: readonly MapForm[];
}

/**
 * Quantises one image's map: codes, and each form's numbers into `outputs` (the first of which may be the map itself). `counts` [heads, levels]
 * is added to unless null.
 */
export function quantizeMap(
  { codes: quantizer, forms }: BlockQuantizer, map: Float32Array, outputs: readonly Float32Array[], codes: CodeArray, shape: MapShape, counts: Float64Array | null,
): void {
  const first = at(outputs, 0);
  if (counts === null) quantizer.quantize(map, first, codes);
  else quantizer.quantizeHeads(map, first, codes, shape, counts);
  for (const [position, { byCode }] of forms.entries()) {
    if (position > 0) decodeInto(codes, byCode, at(outputs, position));
  }
}

function decodeInto(codes: CodeArray, byCode: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = at(byCode, at(codes, i));
}
