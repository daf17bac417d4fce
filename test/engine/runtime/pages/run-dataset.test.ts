/** A run on flat pictures whose labels a person chose can be asked about like any other: its data set is listed again with the same choice. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import type { LabelChoice } from '../../../../src/shared/settings';
import { smallEngine } from '../../../helpers/small-engine';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { picture, smallProject, smallSpec } from '../../../helpers/small-project';
import { tarBytes } from '../../../helpers/tar-bytes';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = smallProject('run-dataset');
const numbers = Array.from({ length: 10 }, (_, i) => i + 1);
const nameOf = (number: number): string => `ILSVRC2012_val_${String(number).padStart(8, '0')}.JPEG`;
let engine: Engine;
let model: string;
let labels: LabelChoice;

beforeAll(() => {
  // Labels that no order but the chosen one gives.
  labels = { file: project.file('my-labels.txt', `${numbers.map((number) => `${nameOf(number)} ${number * 90}`).join('\n')}\n`), order: 'sorted-from-0' };
  model = project.model('vit_thousand.onnx', buildVit({ image: 32, patch: 8, dim: 32, depth: 1, heads: 2, mlpRatio: 2, classes: 1000 }, 3));
  engine = smallEngine(project.path('w.bitlog2'));
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

describe.each(['flat', 'archive'] as const)('%s pictures with chosen labels', (layout) => {
  it('are found again for every page', async () => {
    const root = project.path(layout);
    if (layout === 'flat') for (const number of numbers) project.file(`flat/val/${nameOf(number)}`, picture(number));
    else project.file('archive/ILSVRC2012_img_val.tar', tarBytes(numbers.map((number) => ({ name: nameOf(number), data: picture(number) }))));
    const { runs } = await engine.call('evaluation.run', smallSpec([model], root, { labels, schemes: ['BitLog2_Half_17'], withFp32: false, calibrationImages: 2 }));
    const run = runs[0]?.run;
    const runId = run?.id ?? '';
    expect((await engine.call('run.predictions', { runId, offset: 0, count: 10 })).predictions.map(({ label }) => label)).toEqual(numbers.map((number) => number * 90));
    const { datasets } = await engine.call('workspace.summary', null);
    expect(datasets.find(({ id }) => id === run?.datasetId)?.labels).toEqual(labels);
    // A redraw lists the data set anew and refuses one that is not the run's.
    const { draws } = await engine.call('calibration.redraw', { runId, seeds: [1] });
    expect(draws).toHaveLength(1);
    const { pictures } = await engine.call('calibration.candidates', { datasetId: run?.datasetId ?? '', offset: 0, count: 3, search: '' });
    expect(pictures.map(({ label }) => label)).toEqual([90, 180, 270]);
    expect((await engine.call('image.picture', { runId, image: 0 })).width).toBe(32);
    rmSync(root, { recursive: true });
  });
});
