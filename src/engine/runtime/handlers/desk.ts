/**
 * What the answers to the calls of the contract are made from. The handlers are grouped by what they are about, one file a group;
 * `Service` is the desk that they all sit at.
 */
import type { CallOptions, EngineMethod, EventOf, ParamsOf, ResultOf } from '../../../shared/engine-contract';
import type { MergeResult } from '../../../shared/merge';
import type { EvaluationSpec } from '../../../shared/settings';
import type { DatasetRecord, ModelRecord } from '../../../shared/records';
import type { EngineOptions } from '../engine-options';
import type { ListingOptions } from '../library/dataset-library';
import type { KnownModel } from '../library/model-library';
import type { RunSources } from '../pages/run-sources';
import type { PublishedTable } from '../results/published';
import type { Views } from '../runs/views';
import type { Store } from '../store/store-types';
import type { WorkerPool } from '../workers/pool';
import type { StopFlag } from '../workers/stop-flag';

export type Handler<M extends EngineMethod> = (params: ParamsOf<M>, options: CallOptions<M>) => Promise<ResultOf<M>>;
export type Handlers = { readonly [M in EngineMethod]: Handler<M> };
/** The handlers of all methods whose names begin with one of these words: `board` for `board.get` and `board.compare`. */
export type HandlersOf<Group extends string> = Pick<Handlers, Extract<EngineMethod, `${Group}.${string}`>>;

export interface Desk {
  readonly options: EngineOptions;
  /** The open workspace; the default one is opened when none is. */
  store(): Promise<Store>;
  /** Opens another workspace (null: the one that is open). Throws while an evaluation writes to the open one. */
  openWorkspace(file: string | null): Promise<Store>;
  /** Takes everything of other workspace files into the open one. Throws while an evaluation writes to it. */
  mergeFiles(files: readonly string[]): Promise<MergeResult>;
  /** What was read out of the workspace for the views is not true any more. */
  forgetViews(): void;
  /** Throws a 'settings' failure while an evaluation is writing to the workspace. */
  refuseWhileEvaluating(): void;
  /** The workers as they stand. */
  currentPool(): Promise<WorkerPool>;
  /** Imports a model, or finds it imported. */
  loadModel(file: string): Promise<KnownModel>;
  /** Imports a model and lists it in the workspace. */
  addModel(file: string): Promise<ModelRecord>;
  /** Lists a data set and remembers it in the workspace. */
  addDataset(root: string, options?: ListingOptions): Promise<DatasetRecord>;
  evaluate(spec: EvaluationSpec, options: CallOptions<'evaluation.run'>): Promise<ResultOf<'evaluation.run'>>;
  /** How many workers an evaluation would have. */
  poolSize(spec: EvaluationSpec): number;
  views(): Promise<Views>;
  /** What questions about stored runs are answered from. */
  sources(): Promise<RunSources>;
  /** The seed's published table. */
  published(): PublishedTable;
  /** A question that takes a while: stopped when its caller aborts it, or with the engine. */
  ask<M extends EngineMethod, T>(options: CallOptions<M>, work: (stop: StopFlag, emit: (event: EventOf<M>) => void) => Promise<T>): Promise<T>;
}
