/** What the store takes and gives. Everything is plain data; nothing of DuckDB shows. */
import type { DatasetRecord, ModelRecord, Removal, RunState, SiteFallback, SiteParameters, SkippedImage } from '../../../shared/records';
import type { Failure } from '../../../shared/failure';
import type { ExportedTable, TableFormat } from '../../../shared/tables';
import type { RunSettings } from '../../../shared/settings';
import type { Recipes } from './recipes';
import type { FlipsPage, FlipsRequest } from './flips';
import type { InFlight } from './in-flight';
import type { Queue } from './queue';
import type { RecordSchema } from './stored-json';
import type { Strikes } from './strikes';
import type { Titles } from './titles';

export interface NewRun {
  readonly id: string;
  readonly modelId: string;
  readonly datasetId: string;
  readonly settings: RunSettings;
  /** From `imageList`. */
  readonly listId: string;
  /** Images planned. */
  readonly total: number;
  /** ISO time. */
  readonly created: string;
  /** Engine version, CPU and its features: figures are equal on one machine only. */
  readonly environment: string;
}

/** A run as stored, with the sums over its committed images. */
export interface StoredRun extends NewRun {
  readonly modelHash: string;
  readonly datasetHash: string;
  readonly state: RunState;
  readonly failure: Failure | null;
  readonly seconds: { readonly calibration: number; readonly evaluation: number };
  /** Images with a prediction, how many of them are right in the first and in the first five places, and skipped ones. */
  readonly images: number;
  readonly top1Correct: number;
  readonly top5Correct: number;
  readonly skipped: number;
  /** Mean cross entropy in nats (summed as integers of 1e-9, so that it does not depend on the order of batches); null without images. */
  readonly meanLoss: number | null;
  /** Integer runs once they were checked: whether no floating point takes part in any product; null for all others. */
  readonly exact: boolean | null;
  /** Sites that stay in reference arithmetic in an integer run. */
  readonly fallbacks: readonly SiteFallback[];
  /** What somebody called it. */
  readonly title?: string;
}

/** One image's prediction, as it is committed. */
export interface PredictionRow {
  /** Position in the run's list of images. */
  readonly index: number;
  readonly label: number;
  /** Best classes first; five, or all of them when the model has fewer. */
  readonly top5: readonly number[];
  readonly margin: number;
  readonly loss: number;
  /** Unsigned 32-bit digest of the attention codes. */
  readonly mapDigest: number;
}

export interface StoredPrediction extends PredictionRow {
  readonly file: string;
}

export interface SkippedRow extends SkippedImage {
  readonly index: number;
}

/** How often each code was used: counts[head * codes + code]. */
export interface LevelCounts {
  readonly block: number;
  readonly heads: number;
  readonly codes: number;
  readonly counts: Float64Array;
}

/** A finished batch of a list, for all runs that evaluated it. Skipped images belong to every one of these runs. */
export interface BatchCommit {
  readonly batch: number;
  readonly cells: readonly {
    readonly runId: string;
    readonly predictions: readonly PredictionRow[];
    readonly levelCounts: readonly LevelCounts[];
  }[];
  readonly skipped: readonly SkippedRow[];
}

/** A run's images in columns, sorted by index. */
export interface Outcomes {
  readonly index: Int32Array;
  readonly top1Correct: Uint8Array;
  readonly top5Correct: Uint8Array;
  readonly predicted: Int32Array;
  readonly loss: Float64Array;
}

export interface StoredCalibration {
  readonly parameters: SiteParameters;
  /** The calibrator's own JSON: everything needed to go on without calibrating again. */
  readonly state: string;
  /** Large arrays that would not fit JSON well, or null. */
  readonly bytes: Uint8Array | null;
}

export interface RunKey {
  readonly modelHash: string;
  readonly datasetHash: string;
  readonly settings: RunSettings;
}

export interface RunChange {
  readonly failure?: Failure | null;
  /** Seconds of work so far; what is left out stays. */
  readonly secondsCalibration?: number;
  readonly secondsEvaluation?: number;
  readonly proof?: { readonly exact: boolean; readonly fallbacks: readonly SiteFallback[] };
}

/** An open workspace. All calls may be made at any time; writes happen one after another, each in one transaction. */
export interface Store extends Recipes, Queue, Strikes, Titles {
  readonly file: string;
  /** To be told what is handed to workers, and what came back. */
  readonly inFlight: Pick<InFlight, 'begin' | 'end'>;
  upsertModel(model: ModelRecord): Promise<void>;
  /** By name; of one name the one that was stored last first. */
  models(): Promise<readonly ModelRecord[]>;
  upsertDataset(dataset: DatasetRecord): Promise<void>;
  datasets(): Promise<readonly DatasetRecord[]>;
  /** The one that was stored last; null when there is none. */
  newestDataset(): Promise<DatasetRecord | null>;
  /** Stores a list of images once; equal lists have the same id. Throws RangeError when the lengths differ. */
  imageList(files: readonly string[], labels: ArrayLike<number>): Promise<string>;
  /** Files and labels of a list, in order. */
  listedImages(listId: string): Promise<{ readonly files: readonly string[]; readonly labels: Int32Array }>;
  /** The labels alone, kept for the lists that were asked for last: a list never changes. Not to be written to. */
  listedLabels(listId: string): Promise<Int32Array>;
  /** One image of a list; null when the position is outside. */
  listedImage(listId: string, index: number): Promise<{ readonly file: string; readonly label: number } | null>;
  /** Creates a run in state 'waiting'. Its model and data set must be stored; throws when they are not. */
  createRun(run: NewRun): Promise<void>;
  /** The newest run with equal settings on the same model and data (finished ones too), unless it failed; null when there is none. */
  findResumable(key: RunKey): Promise<string | null>;
  setRunState(runId: string, state: RunState, change?: RunChange): Promise<void>;
  runs(): Promise<readonly StoredRun[]>;
  run(runId: string): Promise<StoredRun | null>;
  saveCalibration(runId: string, calibration: { readonly parameters: SiteParameters; readonly state: string; readonly bytes?: Uint8Array | null }): Promise<void>;
  calibration(runId: string): Promise<StoredCalibration | null>;
  /** Commits one finished batch for all its runs in one transaction. Throws when a run has this batch already. */
  commitBatch(commit: BatchCommit): Promise<void>;
  /** Commits several finished batches in one transaction: the cost is per transaction, hardly per batch. */
  commitBatches(commits: readonly BatchCommit[]): Promise<void>;
  /** Batches of a run that are committed, ascending. */
  committedBatches(runId: string): Promise<Int32Array>;
  /** `count` stored predictions from `offset` on, in list order, and how many there are. */
  predictions(runId: string, offset: number, count: number): Promise<{ readonly total: number; readonly predictions: readonly StoredPrediction[] }>;
  /** The stored prediction of the image at a position of the list; null while there is none. */
  prediction(runId: string, index: number): Promise<StoredPrediction | null>;
  skipped(runId: string): Promise<readonly SkippedRow[]>;
  outcomes(runId: string): Promise<Outcomes>;
  /** Images of a run beside those of its baseline: counted, filtered, sorted, one page of them. */
  flips(request: FlipsRequest): Promise<FlipsPage>;
  levelCounts(runId: string): Promise<readonly LevelCounts[]>;
  /** The stored answer to a question about a run (any JSON), checked against its schema; null when it was never answered. */
  savedAnalysis<T>(runId: string, kind: string, question: unknown, schema: RecordSchema<T>): Promise<T | null>;
  /** All stored answers of a kind, newest first. */
  savedAnalyses<T>(runId: string, kind: string, schema: RecordSchema<T>): Promise<readonly T[]>;
  /** The same of every run that has some, by run. */
  savedAnalysesOf<T>(kind: string, schema: RecordSchema<T>): Promise<ReadonlyMap<string, readonly T[]>>;
  /** Stores (or replaces) an answer; it must be plain JSON. */
  saveAnalysis(runId: string, kind: string, question: unknown, result: unknown): Promise<void>;
  /** Deletes a run with everything that was stored of it, or a model or data set with all of its runs; nothing happens when it is not there. */
  remove(removal: Removal): Promise<void>;
  /** Writes a table as a file (one that is there is replaced); answers with its number of rows. */
  exportTable(table: ExportedTable, format: TableFormat, file: string): Promise<number>;
  /** `gone`: there is no file under its name any more; `lost`: another one is there, or it cannot be written any more, so it has to be opened again. */
  readonly standing: 'open' | 'gone' | 'lost';
  /** Writes everything into the one file and releases it. */
  close(): Promise<void>;
}
