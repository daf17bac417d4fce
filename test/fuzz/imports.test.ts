import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { nodeTrial, trialLimits, tryModel } from '../../src/engine/runtime/untrusted/try-model';
import { EngineError } from '../../src/shared/failure';
import { builtEntry } from '../setup/built-entry';
import { smallSwin, smallVit } from '../helpers/small-project';
import { temporaryFolder } from '../helpers/store-records';
import { caseNumbers } from './cases';
import { dice, mutate } from './mutate';

const temporary = temporaryFolder('fuzz-imports');
afterAll(() => temporary.remove());

/** Through ONNX Runtime itself, in the process that a model is tried in: whatever happens there, the answer is a sentence. */
test('a damaged model is let in or refused in words, whatever it does to the process that tries it', { timeout: 3_600_000 }, async () => {
  const seeds = [smallVit(), smallSwin()].map((graph) => writeModel(graph));
  for (const number of caseNumbers(0.001)) {
    const chance = dice(number);
    const seed = seeds[chance.below(seeds.length)] ?? new Uint8Array(0);
    const bytes = mutate(seed, seed, chance);
    const file = join(temporary.path, `${number}.onnx`);
    writeFileSync(file, bytes);
    try {
      await tryModel(nodeTrial(builtEntry('model-trial')), { file, ...trialLimits(bytes.length) }, undefined);
    } catch (error) {
      expect(error, `case ${number}`).toBeInstanceOf(EngineError);
      if (error instanceof EngineError) expect(error.failure.kind, `case ${number}: ${error.message}`).not.toBe('internal');
    }
    rmSync(file);
  }
});
