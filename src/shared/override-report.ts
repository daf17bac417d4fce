/** What overrides come to in a model: which operands each of them decides, and how every operand is quantised in the end. */
import * as v from 'valibot';
import { bitsSchema, schemeIdSchema } from './bits-and-schemes';
import { operandNames, overridesSchema } from './overrides';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
/** `head` is null for a whole operand, and the number of a head where it is about one alone. */
const operandOfSite = { site: v.string(), operand: v.picklist(operandNames), head: v.nullable(whole) };

/** Bits and scheme are those of the command line when they are left out: 4, 4, Sqrt2_17. */
export const overrideQuestionSchema = v.object({
  file: v.string(),
  overrides: overridesSchema,
  scheme: v.optional(schemeIdSchema),
  wBits: v.optional(bitsSchema),
  aBits: v.optional(bitsSchema),
});

export const overrideReportSchema = v.object({
  /** In the order of the overrides. `operands` are those that the pattern decides; `overruled` counts those (heads of a map one by one) that it matches and a later one decides. */
  patterns: v.array(v.object({ pattern: v.string(), operands: v.array(v.object(operandOfSite)), overruled: whole })),
  /** Every operand of every site in network order; heads of a map that differ from the rest of it follow it, each in a row of its own. */
  resolved: v.array(v.object({
    ...operandOfSite,
    /** Bits of a uniform quantiser, "fp32", or the scheme of an attention map. */
    setting: v.union([v.number(), v.literal('fp32'), schemeIdSchema]),
    /** Of a scheme too; null in FP32. */
    bits: v.nullable(v.number()),
  })),
});
export type OverrideReport = Readonly<v.InferOutput<typeof overrideReportSchema>>;
