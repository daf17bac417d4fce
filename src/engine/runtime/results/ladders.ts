/** The ladder of each scheme: its levels at a typical scale, so that a scheme is recognised by its shape. */
import { logSchemes } from '../../core/quantizers/scheme-table';
import type { Board } from '../../../shared/records';

type SchemeLadder = Board['columns'][number];

/** Bits at which ladders are drawn: the seed's. */
const bits = 4;

/**
 * A map such as softmax makes them, without any model: density falling as 1/x^2 from 1 to 2^-10. Calibrated on it, BitLog2 finds
 * three quarters (Single) or about 0.85 (Half) of its integer range, as it does on trained networks, and Sqrt2 finds nearly 1.
 */
function typicalMap(): Float32Array {
  const count = 16_384;
  return Float32Array.from({ length: count }, (_, i) => 1 / (((i + 0.5) / count) * 1023 + 1));
}

let drawn: readonly SchemeLadder[] | null = null;

/** One ladder per scheme, in the order of every table. Computed once. */
export function schemeLadders(): readonly SchemeLadder[] {
  if (drawn !== null) return drawn;
  const map = typicalMap();
  drawn = logSchemes.map((scheme) => {
    const levels = [...scheme.levels(scheme.calibrate([map], bits).delta, bits)];
    return { id: scheme.id, levels, distinct: new Set(levels).size };
  });
  return drawn;
}
