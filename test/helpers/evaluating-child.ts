/**
 * A child process for tests of resuming: `WORKSPACE SPEC.json WORKER.js STAGE STEPS` runs one evaluation and kills itself with SIGKILL
 * in the middle of its work, a moment after it has told of so many steps (or more) of that stage. With a FOLDER behind these it takes every
 * right to that folder away from itself instead. Prints how it ended if it was not killed, a failure as JSON.
 */
import { chmodSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { createEngine } from '../../src/engine';
import { toFailure } from '../../src/shared/failure';
import { evaluationSpecSchema } from '../../src/shared/settings';

const [, , workspace = '', specFile = '', workerPath = '', stage = '', steps = '0', locked = ''] = process.argv;
const spec = v.parse(evaluationSpecSchema, JSON.parse(readFileSync(specFile, 'utf8')));
const engine = createEngine({ workerPath, resourcesPath: resolve('resources'), defaultWorkspace: workspace, version: 'test' });

engine.call('evaluation.run', spec, {
  onEvent: (event) => {
    // Not at once: the signal is to find commits and computations under way, not only the moment after one.
    if (event.kind !== 'progress' || event.progress.stage !== stage || event.progress.done < Number(steps)) return;
    if (locked !== '') chmodSync(locked, 0);
    else setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1);
  },
}).then((result) => console.log(result.state), (error: unknown) => console.log(JSON.stringify(toFailure(error))));
