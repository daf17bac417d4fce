/** Entry of a worker thread: takes a task, does it, answers. Tasks run one after another in the order they came. */
import { parentPort, workerData } from 'node:worker_threads';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { toFailure } from '../../../shared/failure';
import { readRowsWith } from '../decode/row-pictures';
import { handedOver } from '../evaluate/view';
import { Workshop } from '../evaluate/workshop';
import { LifeSigns, type WorkerStart } from './life-signs';
import type { FromWorker, ToWorker } from './protocol';
import { StopFlag } from './stop-flag';

const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');

const answer = (message: FromWorker, handed: readonly ArrayBuffer[] = []): void => port.postMessage(message, handed);
// Started by start-worker.ts alone, which gives it this.
const life = new LifeSigns((workerData as WorkerStart).life);
const workshop = new Workshop(1);
readRowsWith(join(__dirname, 'picture-thread.js'));
let last: Promise<void> = Promise.resolve();

async function handle(message: Extract<ToWorker, { kind: 'task' }>): Promise<void> {
  const { id, task } = message;
  const flag = new StopFlag(message.stop);
  const poll = (): void => {
    life.give();
    flag.poll();
  };
  try {
    const result = await workshop.perform(task, { poll, emit: (event) => answer({ kind: 'event', id, event }), now: () => performance.now() });
    answer({ kind: 'done', id, result }, handedOver(result));
  } catch (error) {
    answer({ kind: 'failed', id, failure: toFailure(error) });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.kind === 'close') {
    void last.then(() => port.close());
    return;
  }
  last = last.then(() => handle(message));
});
answer({ kind: 'ready' });
