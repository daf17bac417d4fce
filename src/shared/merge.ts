/** What joining workspace files came to. */
import * as v from 'valibot';

const counts = v.object({ models: v.number(), datasets: v.number(), runs: v.number(), predictions: v.number(), analyses: v.number(), recipes: v.number() });

export const mergedFileSchema = v.object({
  file: v.string(),
  /** Taken over from this file; what was there already is not counted. */
  added: counts,
  /** What both had under one name but not alike, and which of them was kept: one sentence each. */
  conflicts: v.array(v.string()),
});
export type MergedFile = Readonly<v.InferOutput<typeof mergedFileSchema>>;

export const mergeResultSchema = v.object({ into: v.string(), files: v.array(mergedFileSchema) });
export type MergeResult = Readonly<v.InferOutput<typeof mergeResultSchema>>;
