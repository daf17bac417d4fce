/** Integer runs through the engine: what is recorded of them, and that they do not depend on their company. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { EvaluationEvent } from '../../../../src/shared/evaluation';
import type { EvaluationSpec, SchemeId } from '../../../../src/shared/settings';
import { smallEngine, workspaceContent, type RunContent } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';
import { splitQkv } from '../../../helpers/split-qkv';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('integer-runs');
let engine: Engine;
let dataset: string;
let workspaces = 0;

beforeAll(() => {
  dataset = project.path('data');
  project.pictures('data/train', 12, 7);
  project.pictures('data/val', 26, 8);
  engine = smallEngine(project.path('idle.bitlog2'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

/** Evaluates in a workspace of its own; what is in it then, and what was told on the way. */
async function evaluate(spec: EvaluationSpec): Promise<{ content: RunContent[]; notes: string[] }> {
  const workspace = project.path(`w${workspaces++}.bitlog2`);
  const notes: string[] = [];
  const onEvent = (event: EvaluationEvent): void => {
    if (event.kind === 'note') notes.push(event.text);
  };
  await engine.call('workspace.open', { file: workspace });
  const result = await engine.call('evaluation.run', spec, { onEvent });
  await engine.call('workspace.open', { file: project.path('idle.bitlog2') });
  expect(result.failures).toEqual([]);
  return { content: await workspaceContent(workspace), notes };
}

describe.each([['ViT', smallVit, 1], ['Swin', smallSwin, 4]] as const)('a small %s', (name, build, batch) => {
  const spec = (schemes: SchemeId[], change: Partial<EvaluationSpec> = {}): EvaluationSpec => smallSpec([project.model(`${name}.onnx`, build())], dataset, { schemes, batch, arithmetic: 'integer', ...change });

  it('records that every product is exact, or which are not integer and why', async () => {
    const { content, notes } = await evaluate(spec(['none', 'Sqrt2_17', 'BitLog2_Half_16'], { withFp32: false }));
    expect(content.map(({ scheme, exact, fallbacks }) => [scheme, exact, fallbacks.length])).toEqual([['BitLog2_Half_16', true, 0], ['Sqrt2_17', true, 0], ['none', false, name === 'ViT' ? 3 : 4]]);
    expect(new Set(content[2]?.fallbacks.map(({ reason }) => reason))).toEqual(new Set(['the attention map stays in FP32 (scheme none)']));
    expect(notes).toContainEqual(expect.stringMatching(/^none: \d of \d+ sites stay in reference arithmetic, the first \S+matmul2: /));
    expect(notes).toContainEqual(expect.stringContaining('E + sqrt2 * O'));
  });

  it('gives a scheme the same records alone and beside others', async () => {
    const schemes: SchemeId[] = ['Sqrt2_16', 'BitLog2_Single_17', 'BitLog2_Half_16'];
    const together = (await evaluate(spec(schemes))).content;
    for (const scheme of schemes) {
      const [alone] = (await evaluate(spec([scheme], { withFp32: false }))).content;
      expect(alone).toEqual(together.find((run) => run.scheme === scheme));
    }
  });

  it('stores whole zero points, and otherwise what reference arithmetic calibrates', async () => {
    const [integer] = (await evaluate(spec(['BitLog2_Half_17'], { withFp32: false }))).content;
    const [reference] = (await evaluate(spec(['BitLog2_Half_17'], { withFp32: false, arithmetic: 'reference' }))).content;
    let changed = 0;
    for (const [site, fields] of Object.entries(reference?.calibration?.parameters ?? {})) {
      for (const [field, { zero_point: fractional = [], ...rest }] of Object.entries(fields)) {
        const { zero_point: whole = [], ...own } = integer?.calibration?.parameters[site]?.[field] ?? {};
        expect(own).toEqual(rest);
        expect(whole.every(Number.isInteger)).toBe(true);
        for (const [index, zeroPoint] of fractional.entries()) {
          expect(Math.abs((whole[index] ?? NaN) - zeroPoint)).toBeLessThanOrEqual(0.5);
          if (whole[index] !== zeroPoint) changed++;
        }
      }
    }
    // One for each reparameterised input, save one that happens to be whole.
    expect(changed).toBeGreaterThan(3);
    expect([integer?.exact, reference?.exact]).toEqual([true, null]);
  });
});

describe('a model with separate q, k and v', () => {
  it.each(['reference', 'integer'] as const)('is evaluated in %s arithmetic', async (arithmetic) => {
    const model = project.model('separate.onnx', splitQkv(smallVit()));
    const { content } = await evaluate(smallSpec([model], dataset, { arithmetic, schemes: ['BitLog2_Half_17'] }));
    expect(content.map(({ state, images, exact }) => [state, images, exact])).toEqual([['done', 26, arithmetic === 'integer' ? true : null], ['done', 26, null]]);
  });
});
