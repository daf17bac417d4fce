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

function answer(value: TrialAnswer): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

function watch({ memoryBytes, seconds }: TrialRequest): void {
  const started = performance.now();
  setInterval(() => {
    const bytes = process.memoryUsage.rss();
    if (bytes > memoryBytes) answer({ kind: 'memory', bytes });
    else if (performance.now() - started > seconds * 1000) answer({ kind: 'time' });
    else return;
    // Nothing in this process is worth an orderly end, and its first thread may never give one.
    process.kill(process.pid, 'SIGKILL');
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
  process.exit(0);
}

if (isMainThread) void tryModel(readTrialRequest(process.argv.at(-1) ?? ''));
else watch(workerData as TrialRequest);
