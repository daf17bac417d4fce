/** One worker thread, from its start to its first word. */
import { Worker } from 'node:worker_threads';
import { type EngineError, fail } from '../../../shared/failure';
import { LifeSigns, type WorkerStart } from './life-signs';

/**
 * V8 lets each thread's young generation grow to 48 MB, bit by bit over the first thousands of images. What our threads allocate there are
 * small handles of large arrays: in a small one the arrays behind them are freed sooner. Measured: resident memory of a DeiT-S evaluation
 * with two workers 10 % lower, and flat from the start; no time lost.
 */
const youngMegabytes = 3;

/** What is said when a thread is gone: the run can be continued. */
export function lostError(what: string): EngineError {
  return fail('engine-lost', what, { next: 'Start the run again: it continues from its last stored batch' });
}

/** Starts a worker from its built file. Rejects with 'engine-lost' when it does not come up. */
export function startWorker(workerPath: string): Promise<{ readonly worker: Worker; readonly life: LifeSigns }> {
  return new Promise((resolve, reject) => {
    const life = new LifeSigns();
    const workerData: WorkerStart = { life: life.buffer };
    const worker = new Worker(workerPath, { workerData, resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
    const failed = (error: Error): void => reject(lostError(`A worker thread does not start: ${error.message}`));
    const ended = (code: number): void => reject(lostError(`A worker thread ended while it started (exit code ${code})`));
    worker.once('error', failed);
    worker.once('exit', ended);
    worker.once('message', () => {
      worker.off('error', failed);
      worker.off('exit', ended);
      resolve({ worker, life });
    });
  });
}
