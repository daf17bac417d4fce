/** What a child process is asked to do and what it answers. Memory is measured in a process of its own: nothing else may be in it. */
import type { BenchModel } from './models';
import type { EvaluationSpec, SchemeId } from '../../src/shared/settings';

export interface ChildTask {
  /** Folder for the workspace; the process makes its own file in it. */
  readonly folder: string;
  readonly worker: string;
  readonly resources: string;
  readonly model: BenchModel;
  readonly modelFile: string;
  readonly dataset: string;
  readonly workers: number;
  readonly schemes: readonly SchemeId[];
  readonly withFp32: boolean;
  readonly arithmetic: 'reference' | 'integer';
  readonly calibrationImages: number;
  readonly batch: number;
  /** Resident memory is the mean over the image evaluations behind each of these, as many as `readOver` says: it goes up and down with garbage collections. */
  readonly readAt: readonly number[];
  readonly readOver: number;
}

export interface ChildAnswer {
  /** What the engine said before it started. */
  readonly estimatedBytes: number;
  /** Highest resident size of the process, from its first instruction to the end of the evaluation. */
  readonly peakBytes: number;
  /** Mean resident size behind each of `readAt`. */
  readonly residentBytes: readonly number[];
  readonly images: number;
}

/** The evaluation as `eval` would ask for it. */
export function specOf(task: Pick<ChildTask, 'modelFile' | 'dataset' | 'schemes' | 'withFp32' | 'arithmetic' | 'calibrationImages' | 'batch' | 'workers'>): EvaluationSpec {
  return {
    models: [task.modelFile], dataset: task.dataset, schemes: [...task.schemes], withFp32: task.withFp32, wBits: 4, aBits: 4, arithmetic: task.arithmetic,
    calibrationImages: task.calibrationImages, seeds: [0], batch: task.batch, limit: null, preprocess: 'auto', calibrationList: null, imageList: null,
    workers: task.workers, resume: false,
  };
}
