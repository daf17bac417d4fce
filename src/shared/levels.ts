/** What the levels page shows of a stored run: how its attention maps fill the levels of all six schemes, on the same maps. */
import * as v from 'valibot';
import { analysisProgressSchema } from './analysis';
import { schemeIdSchema } from './bits-and-schemes';

const numbers = v.array(v.number());

/** `run`: the run's network, each map before its quantiser. `fp32`: the FP32 network. */
export const levelSources = ['run', 'fp32'] as const;
export type LevelSource = (typeof levelSources)[number];

/** Where a delta comes from: the run's own calibration, that of a run with equal settings but for the scheme, or the scheme's own search on the maps shown. */
export const deltaSources = ['run', 'sibling', 'maps'] as const;
export type DeltaSource = (typeof deltaSources)[number];

/** Octaves of the density, from 2^-24 to 1, and bins in each. Bin 0 holds exact zeros, bin 1 what lies below 2^-24, the last one 1 too. */
export const densityOctaves = 24;
export const binsPerOctave = 8;
export const densityBins = 2 + densityOctaves * binsPerOctave;

/** One scheme on the maps of one block. */
export const levelGridSchema = v.object({
  delta: v.number(),
  source: v.picklist(deltaSources),
  /** By code, ascending; code 0 is zero. */
  levels: numbers,
  /** By code: "1.5·2^3/327". */
  names: v.array(v.string()),
  /** Least value of codes 1, 2, ...; shorter than that where the last codes cannot be reached. */
  thresholds: numbers,
  /** [heads, codes]: elements, and the sum of their squared errors. */
  counts: numbers,
  errors: numbers,
});
export type LevelGrid = Readonly<v.InferOutput<typeof levelGridSchema>>;

export const schemeLevelsSchema = v.object({
  scheme: schemeIdSchema,
  /** The run whose deltas are used where `source` is `sibling`; null when there is none. */
  sibling: v.nullable(v.string()),
  /** By block. */
  grids: v.array(levelGridSchema),
});
export type SchemeLevels = Readonly<v.InferOutput<typeof schemeLevelsSchema>>;

export const levelBlockSchema = v.object({
  name: v.string(),
  /** The product of the map and v: the site whose operand A the map is. */
  site: v.string(),
  heads: v.number(),
  tokens: v.number(),
  windows: v.number(),
  /** Elements of one head over all images. */
  elements: v.number(),
  /** [heads]: sum of x^2. */
  signal: numbers,
  /** [heads, densityBins]: elements. */
  density: numbers,
});
export type LevelBlock = Readonly<v.InferOutput<typeof levelBlockSchema>>;

/** What can be stored: everything but what the run has counted so far. */
export const measuredLevelsSchema = v.object({
  runId: v.string(),
  source: v.picklist(levelSources),
  /** Images measured, a class-balanced sample of the run's list, and those of them that could not be read. */
  images: v.number(),
  skipped: v.number(),
  blocks: v.array(levelBlockSchema),
  /** In the order of every table. */
  schemes: v.array(schemeLevelsSchema),
});
export type MeasuredLevels = Readonly<v.InferOutput<typeof measuredLevelsSchema>>;

export const levelsSchema = v.object({
  ...measuredLevelsSchema.entries,
  /** The run itself: counts over all images that it has evaluated, where one scheme quantises the whole map; apart from the sample above. */
  run: v.nullable(v.object({
    images: v.number(),
    blocks: v.array(v.nullable(v.object({ scheme: schemeIdSchema, codes: v.number(), /** [heads, codes] */ counts: numbers }))),
  })),
});
export type Levels = Readonly<v.InferOutput<typeof levelsSchema>>;

export const levelsEventSchema = analysisProgressSchema;
