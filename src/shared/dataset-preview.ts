/** How a data set was understood, with a few pictures under the names that this gives them: whether labels are right is seen at once. */
import * as v from 'valibot';
import { pictureSchema } from './attention';
import { datasetRecordSchema } from './records';
import { labelChoiceSchema } from './settings';

/** Most pictures of a preview. */
export const previewMost = 48;

export const datasetPreviewQuestionSchema = v.object({
  root: v.string(),
  /** Left out: as the files say. */
  labels: v.optional(labelChoiceSchema),
  pictures: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(previewMost)),
});
export type DatasetPreviewQuestion = Readonly<v.InferOutput<typeof datasetPreviewQuestionSchema>>;

export const datasetSampleSchema = v.object({
  file: v.string(),
  label: v.number(),
  /** Of the class: its name, and its folder or WordNet id. */
  name: v.string(),
  folder: v.string(),
  /** Null for a picture that cannot be read. */
  picture: v.nullable(pictureSchema),
});
export type DatasetSample = Readonly<v.InferOutput<typeof datasetSampleSchema>>;

/** The record as `dataset.add` would give it, and pictures from all over the evaluated split. */
export const datasetPreviewSchema = v.object({ record: datasetRecordSchema, samples: v.array(datasetSampleSchema) });
export type DatasetPreview = Readonly<v.InferOutput<typeof datasetPreviewSchema>>;

/** Layouts whose labels come from a file or from numbers, so that a person can choose how they are read; class folders say themselves what is in them. */
export const labelledLayouts: readonly string[] = ['flat-val', 'archives', 'parquet'];
