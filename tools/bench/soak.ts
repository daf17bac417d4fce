/**
 * Hours of use in minutes, in this process: evaluations one after another on a sample model, then models loaded and let go again and
 * again, while resident memory and open handles are counted. Prints one JSON line per second, and one per step.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/engine';
import { ModelLibrary } from '../../src/engine/runtime/library/model-library';
import { cellRequirement } from '../../src/engine/runtime/runs/evaluation-job';
import { floatCell } from '../../src/engine/runtime/runs/keys';
import { planRuns } from '../../src/engine/runtime/runs/plan';
import { WorkerPool } from '../../src/engine/runtime/workers/pool';
import { logSchemeIds, type EvaluationSpec, type Preprocess } from '../../src/shared/settings';
import type { BenchPaths } from './context';

/** `--soak EVALUATIONS LOADS` makes this program soak instead of measuring. */
export const soakFlag = '--soak';

const sampleMilliseconds = 1000;
const preprocess: Preprocess = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 1, interpolation: 'bicubic' };

export async function soak({ worker, resources }: Pick<BenchPaths, 'worker' | 'resources'>, evaluations: number, loads: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bitlog2-soak-'));
  const start = performance.now();
  let stage = 'start';
  let done = 0;
  const tell = (): void => void process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000, stage, done, rss: process.memoryUsage().rss, handles: readdirSync('/proc/self/fd').length })}\n`);
  const timer = setInterval(tell, sampleMilliseconds);
  try {
    const engine = createEngine({ workerPath: worker, resourcesPath: resources, defaultWorkspace: join(folder, 'soak.bitlog2'), version: 'soak' });
    const { models: [model = ''], dataset } = engine.sample();
    const spec: EvaluationSpec = {
      models: [model], dataset, schemes: [...logSchemeIds], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32, seeds: [0], batch: 1,
      limit: null, preprocess: 'auto', calibrationList: null, imageList: null, workers: null, resume: false,
    };
    for (let round = 0; done < evaluations; round++) {
      const before = done;
      let evaluated = 0;
      await engine.call('evaluation.run', { ...spec, seeds: [round] }, { onEvent: (event) => {
        if (event.kind !== 'progress') return;
        stage = event.progress.stage;
        if (stage !== 'evaluating') return;
        evaluated = event.progress.done;
        done = before + evaluated;
      } });
      done = before + evaluated;
    }
    await engine.close();
    stage = 'loading';
    done = 0;
    const pool = await WorkerPool.start(worker, cpus().length);
    for (; done < loads; done++) {
      // A library of its own each time: nothing is remembered, the file is read and imported anew.
      const known = await new ModelLibrary().load(pool, model);
      const [settings] = planRuns({ ...spec, schemes: [] }, preprocess, 1);
      if (settings === undefined) throw new Error('FP32 is a run');
      const cell = floatCell(known.record.hash, 1);
      const { channels, height, width } = known.shared.structure.input;
      await pool.run<'logits'>({ kind: 'logits', cell, inputs: new Float32Array(channels * height * width) }, { needs: [known.requirement, cellRequirement(known, cell, settings, null)] });
      await pool.drop(() => true);
    }
    await pool.close();
    stage = 'end';
    tell();
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}
