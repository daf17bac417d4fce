/** Calibration on more images than stay in memory, as part of an evaluation: what is said before, and when the disk is too small. */
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { scratchFileSystem } from '../../../../src/engine/runtime/evaluate/scratch-file-system';
import type { EvaluationEvent } from '../../../../src/shared/evaluation';
import { EngineError } from '../../../../src/shared/failure';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, smallSpec, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('calibrate-runs');
let dataset: string;
let model: string;

beforeAll(() => {
  dataset = project.pictures('data/val', 6).replace(/\/val$/, '');
  project.pictures('data/train', 48, 9);
  model = project.model('vit.onnx', smallVit());
});
afterEach(() => { vi.restoreAllMocks(); });
afterAll(() => project.remove());

async function evaluate(workspace: string, calibrationImages: number): Promise<{ notes: string[]; states: string[] }> {
  const engine = smallEngine(project.path(workspace));
  const notes: string[] = [];
  try {
    const { runs } = await engine.call('evaluation.run', smallSpec([model], dataset, { calibrationImages }), {
      onEvent: (event: EvaluationEvent) => { if (event.kind === 'note') notes.push(event.text); },
    });
    return { notes, states: runs.map(({ run }) => run.state) };
  } finally {
    await engine.close();
  }
}

describe('calibration on many images', () => {
  it('says how much goes to a file beside the workspace, which is gone afterwards', async () => {
    const { notes, states } = await evaluate('many/work.bitlog2', 40);
    expect(states).toEqual(['done', 'done', 'done']);
    expect(notes).toContainEqual(expect.stringMatching(/^vit: calibration on 40 images keeps up to 0\.\d MB in a temporary file in .*many$/));
    expect(readdirSync(project.path('many')).filter((name) => !name.startsWith('work.bitlog2') && name !== 'listings')).toEqual([]);
  });

  it('says nothing when everything stays in memory', async () => {
    const { notes, states } = await evaluate('few/work.bitlog2', 32);
    expect(states).toEqual(['done', 'done', 'done']);
    expect(notes.join()).not.toContain('temporary file');
  });

  it('is refused before it starts when the disk cannot hold the file', async () => {
    vi.spyOn(scratchFileSystem, 'freeBytes').mockReturnValue(5000);
    const failure = await evaluate('full/work.bitlog2', 40).then(() => null, (error: unknown) => (error instanceof EngineError ? error.failure : error));
    expect(failure).toMatchObject({
      kind: 'disk-full', file: project.path('full'),
      what: 'There is no space left for the calibration',
      expected: expect.stringMatching(/^0\.\d MB for its temporary file; 0\.0 MB are there$/),
      next: expect.stringContaining('--calib-batchsize'),
    });
  });
});
