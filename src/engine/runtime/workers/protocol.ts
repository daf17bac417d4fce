/** Messages between the engine and its worker threads. Types only. Both sides are this program: no validation, but one union each way. */
import type { Failure } from '../../../shared/failure';
import type { Overrides } from '../../../shared/overrides';
import type { Preprocess } from '../../../shared/settings';
import type { SkippedImage } from '../../../shared/records';
import type { HeadDamage } from '../../../shared/attention';
import type { BypassResult } from '../evaluate/bypass';
import type { Proof } from '../evaluate/prove-exact';
import type { Look } from '../evaluate/look';
import type { MapSums, MapSumsTask } from '../evaluate/map-sums';
import type { SiteInput } from '../evaluate/site-output';
import type { LayerResults, LayerTask } from '../evaluate/layers/layer-tasks';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import type { Graph, ModelStructure } from '../../core/graph/types';
import type { LevelCounts, PredictionRow, SkippedRow } from '../store/store-types';

/** A model as threads share it: the canonical graph, its weights in shared memory (shareGraph), and what was found in it. */
export interface SharedModel {
  readonly graph: Graph;
  /** Shapes of intermediate tensors. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly structure: ModelStructure;
  readonly batchable: boolean;
  readonly exportedBatch: number;
  readonly notes: readonly string[];
  /** The file's own metadata, for example `bitlog2.preprocess`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Images [start, start + files.length) of a run's list; files are absolute. */
export interface BatchSpec {
  readonly batch: number;
  readonly start: number;
  readonly files: readonly string[];
  readonly labels: readonly number[];
}

export interface ImageSet {
  readonly files: readonly string[];
  readonly preprocess: Preprocess;
}

/** `rounding` is the seed of another realisation of float32 rounding (perturbRounding); left out for the network as it is. */
export type WorkerTask =
  | { readonly kind: 'import'; readonly model: string; readonly file: string }
  | { readonly kind: 'adopt'; readonly model: string; readonly shared: SharedModel }
  | { readonly kind: 'prepare-calibration'; readonly calibrator: string; readonly model: string; readonly wBits: number; readonly overrides?: Overrides | undefined; readonly batch: number; readonly rounding?: number }
  | { readonly kind: 'calibrate'; readonly calibrator: string; readonly settings: QuantizerSettings; readonly images: ImageSet; readonly wanted: number; /** Folder for a temporary file, if there must be one; the system's when left out. */ readonly scratch?: string }
  | { readonly kind: 'load-cell'; readonly cell: string; readonly model: string; readonly batch: number; readonly network: CellNetwork; readonly rounding?: number }
  /** Before an integer run: which sites can be integer, and whether every product equals plain integer loops here. */
  | { readonly kind: 'prove'; readonly model: string; readonly batch: number; readonly settings: QuantizerSettings; readonly parameters: NetworkParameters }
  | { readonly kind: 'drop'; readonly keys: readonly string[] }
  | { readonly kind: 'evaluate'; readonly cells: readonly string[]; readonly batches: readonly BatchSpec[]; readonly preprocess: Preprocess }
  | { readonly kind: 'view'; readonly cell: string; readonly batch: BatchSpec; readonly preprocess: Preprocess; readonly position: number }
  /** Of images of one batch, whose FP32 answers are given: what the cell says when some maps are left alone, one branch at a time. */
  | { readonly kind: 'bypass'; readonly cell: string; readonly batch: BatchSpec; readonly preprocess: Preprocess; readonly images: readonly { readonly position: number; readonly answer: number }[]; readonly branches: readonly { readonly block: number; readonly heads: readonly number[] }[]; readonly everyMap: boolean }
  | { readonly kind: 'head-damage'; readonly float: string; readonly cell: string; readonly batch: BatchSpec; readonly preprocess: Preprocess }
  | { readonly kind: 'logits'; readonly cell: string; readonly inputs: Float32Array }
  | { readonly kind: 'image-logits'; readonly cell: string; readonly images: ImageSet }
  | { readonly kind: 'look'; readonly cell: string; readonly images: ImageSet; /** Of the files' bytes. */ readonly digest: boolean }
  | { readonly kind: 'site-output'; readonly model: string; readonly site: string; readonly settings: QuantizerSettings; readonly parameters: NetworkParameters; readonly inputs: readonly SiteInput[] }
  | MapSumsTask
  | { readonly kind: 'load-study'; readonly study: string; readonly model: string; readonly batch: number; readonly network: CellNetwork }
  | LayerTask
  /** A picture's middle as a small square. */
  | { readonly kind: 'thumbnail'; readonly file: string; readonly side: number }
  | { readonly kind: 'picture'; readonly file: string; readonly preprocess: Preprocess; readonly model: string };

export type CellNetwork =
  | { readonly kind: 'float' }
  | { readonly kind: 'reference'; readonly settings: QuantizerSettings; readonly parameters: NetworkParameters }
  | { readonly kind: 'integer'; readonly settings: QuantizerSettings; readonly parameters: NetworkParameters };

export interface CellOutcome {
  readonly cell: string;
  readonly outcomes: readonly PredictionRow[];
  readonly levelCounts: readonly LevelCounts[];
  /** Wall time of this cell alone in this thread. */
  readonly milliseconds: number;
}

export interface BatchOutcome {
  readonly batch: number;
  readonly images: number;
  readonly cells: readonly CellOutcome[];
  readonly skipped: readonly SkippedRow[];
  /** Wall time of decoding and preparing this batch, which all cells share. */
  readonly milliseconds: number;
}

export interface CalibrationOutcome {
  readonly parameters: NetworkParameters;
  readonly skipped: readonly SkippedImage[];
  readonly used: number;
  readonly milliseconds: number;
}

export interface MapView {
  /** [windows, heads, tokens, tokens], before the quantiser. */
  readonly before: Float32Array;
  /** The same; zeros for heads that stay in FP32, empty when all do. */
  readonly codes: Uint8Array | Uint16Array;
}

/** One image through one network. */
export interface PassView {
  /** By block. */
  readonly maps: readonly MapView[];
  /** What the residual stream is in front of each block. */
  readonly residual: readonly { readonly name: string; readonly values: Float32Array }[];
  readonly logits: Float32Array;
  readonly outcome: PredictionRow;
  /** By block and head: code -> value; empty for a head that stays in FP32. */
  readonly levels: readonly (readonly Float32Array[])[];
  /** By block and head, code by code. */
  readonly levelNames: readonly (readonly (readonly string[])[])[];
}

/** What a task answers, by kind. */
export interface TaskResults extends LayerResults {
  import: SharedModel;
  adopt: null;
  'prepare-calibration': null;
  calibrate: CalibrationOutcome;
  'load-cell': null;
  prove: Proof;
  drop: null;
  evaluate: null;
  view: PassView;
  bypass: BypassResult;
  /** By image of the batch that could be read, by block, by head. */
  'head-damage': readonly (readonly (readonly HeadDamage[])[])[];
  logits: Float32Array;
  'image-logits': Float32Array;
  look: Look;
  'site-output': Float32Array;
  'map-sums': MapSums;
  'load-study': null;
  thumbnail: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  picture: { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

export type WorkerEvent =
  | { readonly kind: 'batch'; readonly outcome: BatchOutcome }
  | { readonly kind: 'site'; readonly done: number; readonly total: number };

export type ToWorker = { readonly kind: 'task'; readonly id: number; readonly task: WorkerTask; readonly stop: SharedArrayBuffer } | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly id: number; readonly event: WorkerEvent }
  | { readonly kind: 'done'; readonly id: number; readonly result: TaskResults[keyof TaskResults] }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };
