/**
 * The one contract between the engine and whoever uses it (window, command line, tests).
 * A call has validated parameters and a validated result, may stream validated events, and can be aborted.
 * The wire messages are at the end; transports only move them.
 */
import * as v from 'valibot';
import { analysisProgressSchema, sampleCountSchema } from './analysis';
import { attentionHeadsSchema, attentionRolloutSchema, attentionViewSchema, pictureSchema, rolloutQuerySchema } from './attention';
import { calibrationDrawsSchema, calibrationSchema, candidatesSchema, redrawEventSchema, redrawResultSchema, redrawSeedsSchema } from './calibration';
import { estimateSchema, evaluationEventSchema, evaluationResultSchema } from './evaluation';
import { datasetPreviewQuestionSchema, datasetPreviewSchema } from './dataset-preview';
import { failureSchema } from './failure';
import { blameQuestionSchema, blameSchema, divergenceSchema, flippedByQuestionSchema, flippedBySchema, flipsQuestionSchema, flipsSchema, imagesProgressSchema, typicalKlSchema } from './images';
import { chosenPreprocessSchema, getModelSchema, gotModelSchema, knownModelsSchema } from './known-models';
import { gatePictureQuestionSchema, gateQuestionSchema, gateReportSchema } from './gate';
import { inspectedSettingsSchema, inspectionSchema } from './inspection';
import { mergeResultSchema } from './merge';
import { levelsEventSchema, levelsSchema, levelSources } from './levels';
import { lockedPicturesSchema, namingSchema } from './naming';
import { noiseAnswersSchema, noiseEventSchema, noiseRepeatsSchema, noiseResultSchema, noiseScopes } from './noise';
import { publishedRowsSchema } from './published';
import { bandSchema, boardSchema, datasetRecordSchema, modelRecordSchema, pairedResultSchema, predictionSchema, removalSchema, workspaceSummarySchema } from './records';
import { overrideQuestionSchema, overrideReportSchema } from './override-report';
import { recipeNameSchema, recipeSchema, savedRecipeSchema } from './recipe';
import { queueSchema } from './queue';
import { reportChoiceSchema, reportDataSchema } from './report';
import { histogramScaleSchema, operandNameSchema, sensitivityEventSchema, sensitivityKindSchema, sensitivitySchema, sensitivityTopSchema, siteErrorsEventSchema, siteErrorsSchema, siteHistogramSchema, storedLayersSchema } from './layers';
import { evaluationSpecSchema, labelChoiceSchema, schemeIdSchema } from './settings';
import { exportedTableSchema, tableFormatSchema } from './tables';

const none = v.null();
const index = v.pipe(v.number(), v.integer(), v.minValue(0));

export const engineContract = {
  'engine.info': {
    params: none,
    result: v.object({ version: v.string(), onnxruntime: v.string(), node: v.string(), cores: v.number(), memoryBytes: v.number(), cpu: v.string() }),
    events: none,
  },
  /** Opens (or creates) a workspace file; null = the default one. The engine has one open workspace at a time. */
  'workspace.open': { params: v.object({ file: v.nullable(v.string()) }), result: workspaceSummarySchema, events: none },
  'workspace.summary': { params: none, result: workspaceSummarySchema, events: none },
  'model.add': { params: v.object({ file: v.string() }), result: modelRecordSchema, events: none },
  /** `settings`: what each site becomes under them (W4A4 unless given). */
  'model.inspect': { params: v.object({ file: v.string(), settings: v.optional(inspectedSettingsSchema) }), result: inspectionSchema, events: none },
  /** The seven models of the table: what is known of each, and whether it lies in the open workspace's model folder. `hashes`: read the files for their SHA-256. */
  'models.known': { params: v.object({ hashes: v.boolean() }), result: knownModelsSchema, events: none },
  /** Fetches one of them by https, going on where an earlier try was cut off; events count bytes. Aborted it ends with 'stopped' and keeps what came. */
  'models.get': { params: getModelSchema, result: gotModelSchema, events: analysisProgressSchema },
  /** How each model's pictures are made ready under a choice, and where that comes from. */
  'models.preprocess': { params: v.object({ files: v.array(v.string()), preprocess: evaluationSpecSchema.entries.preprocess }), result: chosenPreprocessSchema, events: none },
  /** What overrides decide in a model. Fails with 'recipe' when a pattern matches nothing, naming it and what is near. */
  'overrides.check': { params: overrideQuestionSchema, result: overrideReportSchema, events: none },
  /** Recipes of the workspace, by name; saving one under a name that is taken replaces it, and the recipe carries the name it is saved under. */
  'recipe.save': { params: v.object({ name: recipeNameSchema, recipe: recipeSchema }), result: savedRecipeSchema, events: none },
  'recipe.list': { params: none, result: v.object({ recipes: v.array(savedRecipeSchema) }), events: none },
  'recipe.delete': { params: v.object({ name: v.string() }), result: v.object({ recipes: v.array(savedRecipeSchema) }), events: none },
  'dataset.add': { params: v.object({ root: v.string(), labels: v.optional(labelChoiceSchema) }), result: datasetRecordSchema, events: v.object({ files: v.number() }) },
  /** Looks at a data set without adding it; aborted it ends with 'stopped'. */
  'dataset.preview': { params: datasetPreviewQuestionSchema, result: datasetPreviewSchema, events: v.object({ files: v.number() }) },
  /** Adds the embedded sample project (two models, one data set) to the workspace. Computes nothing. */
  'sample.open': { params: none, result: v.object({ models: v.array(modelRecordSchema), dataset: datasetRecordSchema }), events: none },
  'evaluation.estimate': { params: evaluationSpecSchema, result: estimateSchema, events: none },
  /** Whether model, labels and preprocessing belong together, by FP32 answers on up to 200 pictures; stored, so that it is not asked twice. */
  'gate.check': { params: gateQuestionSchema, result: gateReportSchema, events: analysisProgressSchema },
  /** One of the report's pictures as the network sees it. */
  'gate.picture': { params: gatePictureQuestionSchema, result: pictureSchema, events: none },
  /** Runs to the end, or until aborted (then state is 'stopped' and everything finished is kept). */
  'evaluation.run': { params: evaluationSpecSchema, result: evaluationResultSchema, events: evaluationEventSchema },
  /** Evaluations that wait in the workspace for their turn, in their order; who runs them is the window's business. */
  'queue.list': { params: none, result: v.object({ items: queueSchema }), events: none },
  'queue.save': { params: v.object({ items: queueSchema }), result: none, events: none },
  /** Takes everything of other workspace files into the open one. The files stay as they are. */
  'merge.files': { params: v.object({ files: v.pipe(v.array(v.string()), v.minLength(1)) }), result: mergeResultSchema, events: none },
  /** The matrix models x schemes on a data set (null: the one with the newest run); `baseline`: the column that the others are held against, FP32 when left out. */
  'board.get': { params: v.object({ datasetId: v.nullable(v.string()), baseline: v.optional(schemeIdSchema) }), result: boardSchema, events: none },
  /** What was published of the seven models, and what it was measured with. */
  'published.table': { params: none, result: publishedRowsSchema, events: none },
  /** Exactly these runs against each other on the images both have; Holm over all of these comparisons. See `comparablePairs` for which pairs. */
  'board.compare': { params: v.object({ runIds: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(100)) }), result: v.object({ pairs: v.array(pairedResultSchema) }), events: none },
  /** How top-1 and its interval went as images came in, in the order of the run's list. */
  'run.band': { params: v.object({ runId: v.string() }), result: bandSchema, events: none },
  /** Takes a run, or a model or data set with all of its runs, out of the workspace. Files of models and pictures stay where they are. */
  'workspace.remove': { params: removalSchema, result: workspaceSummarySchema, events: none },
  /** Calls a run, a model or a data set by another name; an empty one gives it its own again. Files keep theirs. */
  'workspace.rename': { params: namingSchema, result: workspaceSummarySchema, events: none },
  /** Writes a table of the workspace as a file; one that is there is replaced. */
  'workspace.export': { params: v.object({ table: exportedTableSchema, format: tableFormatSchema, file: v.string() }), result: v.object({ file: v.string(), rows: v.number() }), events: none },
  /** Stored predictions of a run, by position in the run's list. */
  'run.predictions': {
    params: v.object({ runId: v.string(), offset: index, count: index }),
    result: v.object({ total: v.number(), predictions: v.array(predictionSchema) }),
    events: none,
  },
  /** What the outputs of a run's model are called: labels and answers of its predictions are numbers of outputs. Null where nothing says a name. */
  'run.classNames': { params: v.object({ runId: v.string() }), result: v.object({ names: v.array(v.nullable(v.string())) }), events: none },
  /** This run (a) against every other run of the same model and data set with images in common (b), newest first. */
  'run.paired': { params: v.object({ runId: v.string() }), result: v.array(pairedResultSchema), events: none },
  /** The picture as the network sees it (resized, cropped), before normalisation. */
  'image.picture': { params: v.object({ runId: v.string(), image: index }), result: pictureSchema, events: none },
  'attention.view': {
    params: v.object({ runId: v.string(), image: index, block: index, head: index }),
    result: attentionViewSchema,
    events: none,
  },
  /** All heads of a block, as maps and figures. */
  'attention.heads': { params: v.object({ runId: v.string(), image: index, block: index }), result: attentionHeadsSchema, events: none },
  /** Images of a run beside those of its baseline: how many were lost, gained, changed, and one page of them. */
  'images.flips': { params: flipsQuestionSchema, result: flipsSchema, events: none },
  /** How far one image's computation drifted from FP32, block by block, and the heads that moved most. */
  'images.divergence': { params: v.object({ runId: v.string(), image: index }), result: divergenceSchema, events: none },
  /** How much every head moves as a rule: computed on a sample once, then stored. */
  'images.typical': { params: v.object({ runId: v.string() }), result: typicalKlSchema, events: imagesProgressSchema },
  /** What the network answers when single heads, single blocks or all maps stay unquantised. */
  'images.blame': { params: blameQuestionSchema, result: blameSchema, events: imagesProgressSchema },
  /** Lost images that are right again when this head's map stays unquantised. Stored when done; what there is when aborted. */
  'images.flippedBy': { params: flippedByQuestionSchema, result: flippedBySchema, events: imagesProgressSchema },
  /** Attention rollout up to a block. */
  'attention.rollout': { params: v.object({ runId: v.string(), image: index, block: index, query: rolloutQuerySchema }), result: attentionRolloutSchema, events: none },
  /** The pictures that every later run on a data set shall be calibrated on; null: none are locked. */
  'calibration.locked': { params: v.object({ datasetId: v.string() }), result: lockedPicturesSchema, events: none },
  'calibration.lock': { params: v.object({ datasetId: v.string(), files: v.nullable(v.pipe(v.array(v.string()), v.minLength(1))) }), result: lockedPicturesSchema, events: none },
  /** Pictures, parameters and reparameterisation of a run's calibration. */
  'calibration.get': { params: v.object({ runId: v.string() }), result: calibrationSchema, events: none },
  /** A calibration picture as the network sees it, by its position in the draw. */
  'calibration.picture': { params: v.object({ runId: v.string(), position: index }), result: pictureSchema, events: none },
  /** Runs and redraws that are equal to this run but for the pictures they were calibrated on. */
  'calibration.draws': { params: v.object({ runId: v.string() }), result: calibrationDrawsSchema, events: none },
  /** Calibrates (and does not evaluate) with other draws of the same size; finished draws are kept when aborted. */
  'calibration.redraw': { params: v.object({ runId: v.string(), seeds: redrawSeedsSchema }), result: redrawResultSchema, events: redrawEventSchema },
  /** Pictures of a data set's train split whose class or file contains a text. */
  'calibration.candidates': { params: v.object({ datasetId: v.string(), offset: index, count: index, search: v.string() }), result: candidatesSchema, events: none },
  /** One of them as the network of a run would see it, by its index in the train split. */
  'calibration.candidate': { params: v.object({ runId: v.string(), index }), result: pictureSchema, events: none },
  /** Evaluates a run again under other realisations of float32 rounding (images null: all of the run). Finished repeats are kept when aborted. */
  'noise.run': { params: v.object({ runId: v.string(), repeats: noiseRepeatsSchema, scope: v.picklist(noiseScopes), images: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))) }), result: noiseResultSchema, events: noiseEventSchema },
  /** The stored answers on the most images. */
  'noise.get': { params: v.object({ runId: v.string() }), result: noiseAnswersSchema, events: none },
  /** Occupancy of the levels of all six schemes on the maps of a class-balanced sample of the run's images (rounded up to whole batches); stored once measured. */
  'levels.get': { params: v.object({ runId: v.string(), images: sampleCountSchema, source: v.picklist(levelSources) }), result: levelsSchema, events: levelsEventSchema },
  /** Error of every site over a sample of the run's images, alone and in the network; stored. Aborted it ends with 'stopped'. */
  'layers.errors': { params: v.object({ runId: v.string(), images: sampleCountSchema }), result: siteErrorsSchema, events: siteErrorsEventSchema },
  /** One operand's values in the FP32 network with the quantiser's grid; stored. */
  'layers.histogram': {
    params: v.object({ runId: v.string(), site: v.string(), operand: operandNameSchema, images: sampleCountSchema, scale: histogramScaleSchema }),
    result: siteHistogramSchema,
    events: none,
  },
  /** What each site does to the answer, then the worst again on more images (null: not asked for). Rows are kept when aborted, and the same call continues. */
  'layers.sensitivity': {
    params: v.object({ runId: v.string(), images: sampleCountSchema, kind: sensitivityKindSchema, top: v.nullable(sensitivityTopSchema) }),
    result: sensitivitySchema,
    events: sensitivityEventSchema,
  },
  /** What was answered before about a run; computes nothing. */
  'layers.stored': { params: v.object({ runId: v.string() }), result: storedLayersSchema, events: none },
  /** What the self-contained HTML report is made of: the board, and the chosen runs in detail. */
  'report.data': { params: v.object({ datasetId: v.nullable(v.string()), runs: v.pipe(v.array(reportChoiceSchema), v.maxLength(100)) }), result: reportDataSchema, events: none },
} as const;

export type EngineContract = typeof engineContract;
export type EngineMethod = keyof EngineContract;
export type ParamsOf<M extends EngineMethod> = v.InferInput<EngineContract[M]['params']>;
export type ResultOf<M extends EngineMethod> = v.InferOutput<EngineContract[M]['result']>;
export type EventOf<M extends EngineMethod> = v.InferOutput<EngineContract[M]['events']>;

export interface CallOptions<M extends EngineMethod> {
  readonly signal?: AbortSignalLike;
  readonly onEvent?: (event: EventOf<M>) => void;
}

/** The part of AbortSignal that the contract needs (shared code has no DOM or Node types). */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Client side of the contract: the window's client, the in-memory one of tests, and the engine itself all have this shape. */
export interface EngineClient {
  call<M extends EngineMethod>(method: M, params: ParamsOf<M>, options?: CallOptions<M>): Promise<ResultOf<M>>;
}

/** Window -> engine. */
export const requestMessageSchema = v.variant('kind', [
  v.object({ kind: v.literal('call'), id: index, method: v.string(), params: v.unknown() }),
  v.object({ kind: v.literal('abort'), id: index }),
]);
export type RequestMessage = v.InferOutput<typeof requestMessageSchema>;

/** Engine -> window. */
export const replyMessageSchema = v.variant('kind', [
  v.object({ kind: v.literal('result'), id: index, value: v.unknown() }),
  v.object({ kind: v.literal('failure'), id: index, failure: failureSchema }),
  v.object({ kind: v.literal('event'), id: index, event: v.unknown() }),
]);
export type ReplyMessage = v.InferOutput<typeof replyMessageSchema>;
