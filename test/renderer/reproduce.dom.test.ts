/** The published table in the window: which models are there, what would be run, and the figures beside what was published. */
import { flushPromises } from '@vue/test-utils';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { modelFacts } from '../../src/engine/runtime/library/model-facts';
import { publishedRows, readPublished } from '../../src/engine/runtime/results/published';
import type { EngineMethod } from '../../src/shared/engine-contract';
import type { DatasetRecord, RunRecord } from '../../src/shared/records';
import { dataset, makeBoard, makeRun, makeSummary, vit } from './fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench, text, type Fixture } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

const facts = modelFacts(resolve('resources'));
const table = publishedRows(readPublished(resolve('resources')), new Map(facts.map(({ name, title }) => [name, title])));
const imagenet = { ...dataset, labelSet: 'imagenet-1k', trainImages: 20, valImages: 1000, ownTrain: true };
const deit = { ...vit, id: 'm-deit', name: 'deit_base', file: '/m/deit_base_patch16_224.fb_in1k.onnx', classes: 1000 };
const foreign = '/m/vit_base_patch16_224.augreg_in1k.onnx';

/** Two of the seven lie in the folder: one with the published weights and measured, one with others. */
async function open(options: { readonly data?: DatasetRecord } = {}): Promise<Fixture> {
  const runs: RunRecord[] = [makeRun(deit, 'none', { top1: 81.8, top1Ci95: [81.4, 82.1] }), makeRun(deit, 'BitLog2_Half_16', { top1: 75.2, top1Ci95: [74.8, 75.57] }), makeRun(deit, 'BitLog2_Half_17', { top1: 70, top1Ci95: [69, 71] })];
  const board = makeBoard(runs, [deit]);
  const figure = (scheme: string) => table.models.find(({ name }) => name === 'deit_base')?.figures.find((row) => row.scheme === scheme)?.figure;
  const cells = board.cells.map((cell) => ({ ...cell, published: figure(cell.scheme)?.page ?? null, publishedLog: figure(cell.scheme)?.log ?? null, publishedAs: figure(cell.scheme)?.as ?? null }));
  const summary = { ...makeSummary(runs), models: [deit], datasets: [options.data ?? imagenet] };
  const answers: Partial<Record<EngineMethod, unknown>> = {
    'workspace.open': summary, 'workspace.summary': summary, 'board.get': { ...board, cells }, 'published.table': table,
    'models.known': { folder: '/m', models: facts.map((entry) => ({ facts: entry, target: `/m/${entry.architecture}.${entry.tag}.safetensors`, state: presentState(entry.name) })) },
  };
  return openWorkbench({}, ({ engine }) => {
    const call = engine.call.bind(engine);
    vi.spyOn(engine, 'call').mockImplementation(((method: EngineMethod, params: null, options: object) => {
      if (!(method in answers)) return call(method as 'engine.info', params, options);
      engine.asked.push({ method, params });
      return Promise.resolve(answers[method]);
    }) as typeof engine.call);
  });
}

function presentState(name: string): object {
  const there = { kind: 'present', bytes: 1, foreign: false, sha256: null, origin: null };
  if (name === 'deit_base') return { ...there, file: deit.file, tag: 'fb_in1k' };
  if (name === 'vit_base') return { ...there, file: foreign, tag: 'augreg_in1k', foreign: true };
  return { kind: 'absent', bytes: 0 };
}

const button = (words: string): HTMLElement | undefined => all('button').find((other) => other.textContent?.trim().startsWith(words));

describe('the board', () => {
  it('has the measured figures beside the published ones, inside and outside, page and logs', async () => {
    await open();
    await flushPromises();
    expect(text('.reproduction header p')).toContain('2 of 3 published figures lie inside');
    const rows = all('.reproduction tbody tr').map((row) => [...row.querySelectorAll('th[scope=row], td')].map((cell) => cell.textContent?.replace(/\s+/g, ' ').trim()));
    expect(rows).toEqual([
      ['FP32', '1,000', '81.80', '81.40–82.10', '81.80', 'inside', '', ''],
      ['BitLog2_Half_16', '1,000', '75.20', '74.80–75.57', '75.554', 'inside', '75.594', 'above'],
      ['BitLog2_Half_17', '1,000', '70.00', '69.00–71.00', '75.836', 'above', '', ''],
    ]);
    expect(text('.reproduction .remarks')).toContain('Measured on 1,000 pictures; the published figures are of all 50,000.');
    expect(text('.reproduction .remarks:last-child')).toContain('the page says 75.554, the authors’ logs 75.594');
    expect(text('.reproduction')).not.toContain('is not there');
    expect(text('.reproduction')).not.toContain('Swin');
  });

  it('asks for nothing where nothing was published', async () => {
    const services = await openWorkbench();
    expect(all('.reproduction')).toEqual([]);
    expect(asked(services, 'published.table')).toEqual([]);
    expect(button('Reproduce')).toBeUndefined();
  });
});

describe('the dialog', () => {
  it('says what is there, what is missing and what is not as published, and runs what is chosen', async () => {
    const services = await open();
    await click(button('Published table'));
    await flushPromises();
    expect(all('[role=dialog] label input[type=checkbox]')).toHaveLength(2);
    expect(all('[role=dialog] .missing').map((row) => row.textContent?.slice(0, 6))).toEqual(['ViT-Sn', 'DeiT-T', 'DeiT-S', 'Swin-T', 'Swin-S']);
    expect(text('[role=dialog] .remarks')).toContain('ViT-B: the published figures belong to vit_base_patch16_224.augreg_in21k_ft_in1k; these are augreg_in1k.');
    expect(text('[role=dialog] .remarks')).toContain('The train split holds 20 pictures and not 1,281,167');
    // ViT-B was never measured here, so nobody knows how long it takes.
    expect(text('[role=dialog] .footer p')).toContain('once the first batches are through');
    expect(button('Run 14 cells')).toBeDefined();
    await click(all('[role=dialog] label input[type=checkbox]')[0]);
    expect(text('[role=dialog] .remarks')).not.toContain('ViT-B');
    // 1,000 images through FP32 and six schemes, and six calibrations: 7 x 11.4 s + 6 x 1.8 s.
    expect(text('[role=dialog] .footer p')).toContain('1 min 31 s');
    await click(button('Run 7 cells'));
    await flushPromises();
    expect(asked(services, 'evaluation.run')).toMatchObject([{ models: [deit.file], dataset: imagenet.root, withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32, seeds: [0], limit: null }]);
  });

  it('opens from the menu, and says that the sample is no ImageNet', async () => {
    const services = await open({ data: dataset });
    services.bridge.send({ kind: 'menu', command: 'reproduce' });
    await flushPromises();
    await flushPromises();
    expect(text('[role=dialog] .obstacle')).toContain('The classes of “sample” are not ImageNet’s');
    expect(all('[role=dialog] .remarks')).toEqual([]);
    expect(all('[role=dialog] .footer .primary').map((start) => start.hasAttribute('disabled'))).toEqual([true]);
  });

  it('leads to the models that are missing', async () => {
    await open();
    await click(button('Published table'));
    await flushPromises();
    await click(button('Get ViT-S'));
    await flushPromises();
    expect(all('[role=dialog]').map((dialog) => dialog.querySelector('h2')?.textContent)).toContain('Models of the published table');
  });
});
