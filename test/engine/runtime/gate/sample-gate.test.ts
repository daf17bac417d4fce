/** The gate on set-ups that are right: nothing may be named, whichever pictures it happens to look at. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { smallEngine } from '../../../helpers/small-engine';
import { smallProject, type SmallProject } from '../../../helpers/small-project';

// Thousands of passes: a busy machine may take its time.
vi.setConfig({ testTimeout: 600_000 });

let project: SmallProject;
let engine: Engine;
beforeAll(() => {
  project = smallProject('sample-gate');
  engine = smallEngine(project.path('work.bitlog2'), 2);
});
afterAll(async () => {
  await engine.close();
  project.remove();
});

describe('a right set-up', () => {
  it.each([['fashion_vit', 0], ['fashion_vit', 1], ['fashion_vit', 2], ['fashion_swin', 0], ['fashion_swin', 1]])('%s passes with the pictures of seed %d', async (name, seed) => {
    const { models, dataset } = engine.sample();
    const model = models.find((file) => file.includes(name)) ?? '';
    const report = await engine.call('gate.check', { model, dataset, preprocess: 'auto', seed, again: true });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ state: 'passed', images: 200, known: null, fix: null, expected: { agrees: true } });
    // Every hypothesis was looked at, and none on more pictures than decide.
    expect(new Set(report.evidence.map(({ axis }) => axis))).toEqual(new Set(['now', 'labels', 'channels', 'normalisation', 'crop', 'interpolation']));
    expect(report.passes).toBeLessThan(900);
  });

  it('of the embedded sample costs nothing, unless it is asked for', async () => {
    const { models: [model = ''], dataset } = engine.sample();
    expect(await engine.call('gate.check', { model, dataset, preprocess: 'auto', seed: 9 })).toMatchObject({ state: 'passed', known: 'sample', passes: 0 });
    const first = await engine.call('gate.check', { model, dataset, preprocess: 'auto', seed: 9, again: true });
    const second = await engine.call('gate.check', { model, dataset, preprocess: 'auto', seed: 9 });
    expect(second).toEqual({ ...first, known: 'stored' });
  });
});
