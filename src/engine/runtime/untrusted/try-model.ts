/** A model's first load, in a process that may die of it. */
import { spawn } from 'node:child_process';
import { assertNever } from '../../../shared/assert-never';
import { EngineError, fail } from '../../../shared/failure';
import type { StopFlag } from '../workers/stop-flag';
import { readTrialAnswer, trialArgument, type TrialRequest } from '../../../shared/model-trial';

/** Starts the process and waits for its first line, or for its end: what it wrote, and how it ended where it wrote nothing. The signal ends it. */
export type TrialProcess = (argument: string, signal: AbortSignal) => Promise<{ readonly output: string; readonly end: string }>;

/** Beside the weights: Node, ONNX Runtime and this program, and what tensors of a network take. */
const baseMemory = 2 ** 30;
/** The weights are read, handed to ONNX Runtime, and packed by it for several sessions. */
const memoryPerByte = 6;
/** Generous: a busy machine needs ten times as long as a free one, and a person can stop it at any time. */
const baseSeconds = 300;
const secondsPerByte = 60 / 10 ** 8;

/** What a file of `bytes`, external weights included, may take. */
export function trialLimits(bytes: number): Pick<TrialRequest, 'memoryBytes' | 'seconds'> {
  return { memoryBytes: baseMemory + memoryPerByte * bytes, seconds: Math.ceil(baseSeconds + secondsPerByte * bytes) };
}

/**
 * Throws nothing when the model loads and runs there.
 * @throws EngineError what the import says of the file; memory: it asked for more than its size explains; model-unsupported: it does not come to an end;
 *   model-unreadable: the process crashed; stopped
 */
export async function tryModel(start: TrialProcess, request: TrialRequest, stop: StopFlag | undefined): Promise<void> {
  const cancel = new AbortController();
  const running = start(trialArgument(request), cancel.signal);
  try {
    const { output, end } = await (stop === undefined ? running : stop.race(running));
    const answer = readTrialAnswer(output);
    if (answer === null) {
      throw fail('model-unreadable', 'ONNX Runtime crashed while it loaded this model; it was tried in a process of its own, and nothing else was touched', { file: request.file, place: end, expected: 'a model that can be loaded', next: 'Do not trust this file; export the model again' });
    }
    switch (answer.kind) {
      case 'ok': return;
      case 'failed': throw new EngineError(answer.failure);
      case 'memory': throw fail('memory', `The model took more than ${gigabytes(request.memoryBytes)} GB of memory while it was loaded, far more than its size explains`, { file: request.file, expected: `at most ${gigabytes(request.memoryBytes)} GB for a file of this size`, next: 'Check where the file comes from: a few bytes can ask for any amount of memory' });
      case 'time': throw fail('model-unsupported', `The model could not be loaded and run once within ${request.seconds} seconds`, { file: request.file, expected: 'a network that handles one picture in seconds', next: 'Check where the file comes from, or try again when the machine has less to do' });
      default: return assertNever(answer);
    }
  } finally {
    cancel.abort();
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

/** Under plain Node (command line, tests): a child of this process, with nothing of its environment that decides what Node does. */
export function nodeTrial(entry: string): TrialProcess {
  return (argument, signal) => new Promise((resolve) => {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const child = spawn(process.execPath, [entry, argument], { stdio: ['ignore', 'pipe', 'ignore'], env });
    const kill = (): void => { child.kill('SIGKILL'); };
    signal.addEventListener('abort', kill, { once: true });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('\n')) resolve({ output, end: 'answered' });
    });
    child.once('error', (error) => resolve({ output, end: error.message }));
    child.once('close', (code, signalName) => {
      signal.removeEventListener('abort', kill);
      resolve({ output, end: signalName ?? `exit code ${code}` });
    });
  });
}
