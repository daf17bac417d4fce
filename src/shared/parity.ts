/** Result of re-running a recorded reference experiment; the shape of `parity --json`. */
import * as v from 'valibot';

const agreement = v.object({ relative_l2: v.number(), mean_cosine: v.number(), top1_same: v.number(), images: v.number(), ok: v.boolean() });

export const parityResultSchema = v.object({
  ok: v.boolean(),
  fp32: v.object({ max_abs: v.number(), ok: v.boolean() }),
  sites: v.array(v.object({ site: v.string(), field: v.string(), expected: v.array(v.number()), actual: v.array(v.number()), ok: v.boolean() })),
  /**
   * Calibrated here, then evaluated. The reference is one realisation of float32 rounding, which W4A4 amplifies: ours is compared as it is
   * (realisation 0), and if that misses a bound in further realisations with noise of 1e-7; `sites` and `free` are of the one given.
   */
  free: v.object({ ...agreement.entries, realisation: v.number() }),
  /** Evaluated with the recorded parameters. */
  pinned: agreement,
  trace: v.optional(v.array(v.object({ site: v.string(), relative_l2: v.number(), boundary_elements: v.number(), ok: v.boolean() }))),
});
export type ParityResult = v.InferOutput<typeof parityResultSchema>;
export type Agreement = ParityResult['pinned'];
