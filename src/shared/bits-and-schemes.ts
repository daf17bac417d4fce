/** The choices of a quantiser: how many bits, and which scheme for the attention map. */
import * as v from 'valibot';

export const schemeIds = [
  'Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17', 'none',
] as const;
export const schemeIdSchema = v.picklist(schemeIds);
export type SchemeId = v.InferOutput<typeof schemeIdSchema>;

/** The six log quantisers of the seed, in the order of every table. */
export const logSchemeIds: readonly SchemeId[] = schemeIds.filter((id) => id !== 'none');

/** 2..8 bits, or 32 for "off". */
export const bitsSchema = v.pipe(v.number(), v.integer(), v.check((bits) => (bits >= 2 && bits <= 8) || bits === 32, 'bits must be 2 to 8, or 32 for off'));
