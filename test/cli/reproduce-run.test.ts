/**
 * `bitlog2 reproduce` from end to end on a small ImageNet of the sample's pictures: all seven models at their real size, with random weights (which the gate would not let pass). Two
 * pictures and one scheme, since it is the table that is tested here; even so it takes a minute or two, most of it in the two base models.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CliEnvironment } from '../../src/cli/environment';
import { runCli } from '../../src/cli/program';
import { buildPreset, presetNames } from '../../src/engine/core/builder/presets';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { seedModels } from '../../src/shared/seed-models';
import { cliRecord } from '../helpers/cli-environment';
import { fakeImagenet } from '../helpers/fake-imagenet';
import { smallEngine } from '../helpers/small-engine';
import { smallProject } from '../helpers/small-project';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 600_000 });

const project = smallProject('reproduce');
const workspace = project.path('w.bitlog2');
let dataset: string;

beforeAll(() => {
  mkdirSync(project.path('models'));
  for (const [place, name] of presetNames.entries()) {
    const seed = seedModels.find((model) => model.name === name);
    // Another seed each: ViT-S and DeiT-S are one network, and equal files are one model.
    writeFileSync(project.path('models', `${seed?.architecture ?? ''}.${seed?.tag ?? ''}.onnx`), writeModel(buildPreset(name, place)));
  }
  dataset = fakeImagenet(project.path('imagenet'), { train: 2, val: 1 });
});
afterAll(() => project.remove());

interface Cell {
  readonly scheme: string;
  readonly measured: { readonly images: number; readonly state: string; readonly top1: number; readonly top1_ci95: readonly [number, number]; readonly preprocess: { readonly cropPct: number } } | null;
  readonly published: number | null;
  readonly published_inside: boolean | null;
  readonly log: number | null;
}

describe('reproduce', () => {
  it('measures every one of the seven beside what was published', async () => {
    const record = cliRecord();
    const environment: CliEnvironment = {
      ...record.environment, openEngine: () => smallEngine(workspace, 2), resolvePath: (path) => resolve(path), exists: existsSync, list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
      writeText: (file, text) => writeFileSync(file, text),
    };
    const code = await runCli(['reproduce', '--dataset', dataset, '--workspace', workspace, '--limit', '2', '--calib-batchsize', '2', '--log_quant_scheme', 'BitLog2_Half_17', '--no-gate', '--json'], environment);
    expect({ code, said: record.stderr().split('\n').filter((line) => line.includes('Internal')) }).toEqual({ code: 0, said: [] });
    const { models, missing, published, remarks } = JSON.parse(record.stdout()) as { models: { name: string; cells: Cell[] }[]; missing: unknown[]; published: { inside: number; compared: number }; remarks: { kind: string }[] };
    expect(missing).toEqual([]);
    expect(models.map(({ name }) => name)).toEqual([...presetNames]);
    for (const { name, cells } of models) {
      const measured = cells.filter((cell) => cell.measured !== null);
      expect(measured.map(({ scheme }) => scheme)).toEqual(['none', 'BitLog2_Half_17']);
      for (const cell of measured) {
        expect(cell.measured).toMatchObject({ images: 2, state: 'done', preprocess: { cropPct: name.startsWith('deit') ? 0.875 : 0.9 } });
        const [low, high] = cell.measured?.top1_ci95 ?? [0, 0];
        expect(cell.published_inside).toBe(cell.published === null ? null : low <= cell.published && cell.published <= high);
      }
    }
    // FP32 and Half_17 of five models; of Swin nothing was published.
    expect(published.compared).toBe(10);
    expect(remarks.map(({ kind }) => kind)).toEqual(['otherTrain', 'otherImages', 'otherDraw', 'takenFrom', 'logDiffers', 'logOnly', 'unpublished']);
    const report = readFileSync(project.path('w.report.html'), 'utf8');
    expect(report).toContain('Measured beside published');
    expect(report).toContain('Swin-S');
  });
});
