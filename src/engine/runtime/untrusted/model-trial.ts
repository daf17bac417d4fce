/**
 * Entry of a process that loads one model and ends: a file from a stranger meets ONNX Runtime here first, where it can take down nothing else.
 * A thread of its own watches memory and time, since loading and running block the first one. The answer is one line of JSON on stdout.
 */
import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { toFailure } from '../../../shared/failure';
import { importModel } from '../ort/import-model';
import { readTrialRequest, type TrialAnswer, type TrialRequest } from '../../../shared/model-trial';

const watchMilliseconds = 25;
/** Whoever asked ends this process when it has the answer: what a process wrote just before its end is not always delivered (Electron drops it). */
const toldMilliseconds = 500;
const waitMilliseconds = 60_000;

function answer(value: TrialAnswer): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

function watch({ memoryBytes, seconds }: TrialRequest): void {
  const started = performance.now();
  const watching = setInterval(() => {
    const bytes = process.memoryUsage.rss();
    if (bytes > memoryBytes) answer({ kind: 'memory', bytes });
    else if (performance.now() - started > seconds * 1000) answer({ kind: 'time' });
    else return;
    clearInterval(watching);
    // Nothing in this process is worth an orderly end, and its first thread may never give one.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), toldMilliseconds);
  }, watchMilliseconds);
}

async function tryModel(request: TrialRequest): Promise<void> {
  // Once it listens, whatever this thread does next is watched.
  await new Promise((resolve) => new Worker(__filename, { workerData: request }).once('online', resolve));
  try {
    await importModel(request.file);
    answer({ kind: 'ok', bytes: process.resourceUsage().maxRSS * 1024 });
  } catch (error) {
    answer({ kind: 'failed', failure: toFailure(error) });
  }
  setTimeout(() => process.exit(0), waitMilliseconds);
}

if (isMainThread) void tryModel(readTrialRequest(process.argv.at(-1) ?? ''));
else watch(workerData as TrialRequest);
