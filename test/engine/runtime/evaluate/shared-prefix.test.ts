/** Several schemes in one pass: what they have in common runs once, and nothing in the figures shows it. */
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { integerParameters } from '../../../../src/engine/core/graph/integer/integer-parameters';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import { logSchemes } from '../../../../src/engine/core/quantizers/scheme-table';
import { SharedPrefix } from '../../../../src/engine/runtime/evaluate/shared-prefix';
import { Workshop, type TaskContext } from '../../../../src/engine/runtime/evaluate/workshop';
import type { CellOutcome, CellNetwork, WorkerEvent } from '../../../../src/engine/runtime/workers/protocol';
import { smallProject, smallSwin, smallVit } from '../../../helpers/small-project';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('prefix');
let files: string[];

beforeAll(() => {
  const root = project.pictures('val', 7);
  files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png')).sort().map((name) => join(root, name));
});
afterAll(() => project.remove());

/** The class behind the factory that onnxruntime's types show. */
const sessionClass = InferenceSession as typeof InferenceSession & { readonly prototype: InferenceSession };

describe.each([['ViT', smallVit(), 2], ['Swin', smallSwin(), 3]] as const)('schemes of one %s in one pass', (_, graph, batch) => {
  it.each(['reference', 'integer'] as const)('give what each gives alone, in fewer runs of ONNX Runtime: %s', async (kind) => {
    const events: CellOutcome[][] = [];
    const context: TaskContext = { poll: () => undefined, now: () => 0, emit: (event: WorkerEvent) => { if (event.kind === 'batch') events.push([...event.outcome.cells]); } };
    const workshop = new Workshop(1);
    await workshop.perform({ kind: 'import', model: 'm', file: project.model('m.onnx', graph) }, context);
    await workshop.perform({ kind: 'prepare-calibration', calibrator: 'c', model: 'm', wBits: 4, batch }, context);
    for (const { id: scheme } of logSchemes) {
      const settings = { scheme, wBits: 4, aBits: 4 };
      const answer = await workshop.perform({ kind: 'calibrate', calibrator: 'c', settings, images: { files: files.slice(0, 4), preprocess: preprocessPresets.vit }, wanted: 4 }, context);
      if (answer === null || !('parameters' in answer)) throw new Error('no parameters');
      const network: CellNetwork = { kind, settings, parameters: kind === 'integer' ? integerParameters(answer.parameters) : answer.parameters };
      await workshop.perform({ kind: 'load-cell', cell: scheme, model: 'm', batch, network }, context);
    }
    const batches = Array.from({ length: Math.ceil(files.length / batch) }, (__, index) => {
      const own = files.slice(index * batch, (index + 1) * batch);
      return { batch: index, start: index * batch, files: own, labels: own.map(() => 0) };
    });
    const runs = vi.spyOn(sessionClass.prototype, 'run');
    const evaluate = async (cells: readonly string[]): Promise<{ outcomes: CellOutcome[]; runs: number }> => {
      events.length = 0;
      runs.mockClear();
      await workshop.perform({ kind: 'evaluate', cells, batches, preprocess: preprocessPresets.vit }, context);
      return { outcomes: events.flat(), runs: runs.mock.calls.length };
    };
    const ids = logSchemes.map(({ id }) => id);
    const together = await evaluate(ids);
    let apart = 0;
    for (const id of ids) {
      const alone = await evaluate([id]);
      apart += alone.runs;
      expect(together.outcomes.filter(({ cell }) => cell === id)).toEqual(alone.outcomes);
    }
    runs.mockRestore();
    // One first segment per batch instead of one per scheme and batch.
    expect(apart - together.runs).toBe((ids.length - 1) * batches.length);
  });
});

describe('SharedPrefix', () => {
  const tensor = (value: number): Map<string, { data: Float32Array; dims: number[] }> => new Map([['x', { data: Float32Array.of(value), dims: [1] }]]);

  it('gives to the second network what the first left, even when that was changed since', () => {
    const prefix = new SharedPrefix(['a', 'b', 'a']);
    const first = tensor(1);
    expect(prefix.fill('a', first)).toBe(false);
    prefix.keep('a', first);
    first.get('x')?.data.fill(9);
    const second = tensor(0);
    expect(prefix.fill('a', second)).toBe(true);
    expect(second.get('x')?.data[0]).toBe(1);
  });

  it('keeps nothing of a network that is alone', () => {
    const prefix = new SharedPrefix(['a', 'b']);
    prefix.keep('b', tensor(1));
    expect(prefix.fill('b', tensor(0))).toBe(false);
  });
});
