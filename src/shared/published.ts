/** What the method's page and its authors' logs say, model by model, and how it was measured. */
import * as v from 'valibot';
import { preprocessSchema, schemeIdSchema } from './settings';

/** A published top-1 in percent: as the page says, and as the authors' logs say; null where they say nothing. */
export const publishedFigureSchema = v.object({
  page: v.nullable(v.number()),
  log: v.nullable(v.number()),
  /** Whose figure the page's is, where it is not the authors' own ("RepQ-ViT"). */
  as: v.nullable(v.string()),
});
export type PublishedFigure = Readonly<v.InferOutput<typeof publishedFigureSchema>>;

export const publishedRowSchema = v.object({
  /** As on the method's command line: `deit_small`. */
  name: v.string(),
  /** As on the page: "DeiT-S". */
  title: v.string(),
  /** timm's architecture and tag of the weights. */
  architecture: v.string(),
  tag: v.string(),
  preprocess: preprocessSchema,
  /** FP32 under `none`; schemes of which nothing is known are left out. */
  figures: v.array(v.object({ scheme: schemeIdSchema, figure: publishedFigureSchema })),
});
export type PublishedRow = Readonly<v.InferOutput<typeof publishedRowSchema>>;

export const publishedRowsSchema = v.object({ page: v.string(), wBits: v.number(), aBits: v.number(), models: v.array(publishedRowSchema) });
export type PublishedRows = Readonly<v.InferOutput<typeof publishedRowsSchema>>;

/** How the published figures were measured: ImageNet-1k's validation pictures, calibrated on the first batch of a shuffled train split. */
export const publishedProtocol = { images: 50_000, trainImages: 1_281_167, classes: 1000, calibrationImages: 32, seed: 0 } as const;
