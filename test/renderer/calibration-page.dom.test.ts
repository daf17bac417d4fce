import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataset, makeRun, makeRuns, vit } from './fixture-data';
import { makeCalibration, makeDraws } from './fixture-calibration';
import type { FixtureOptions } from './fixture-services';
import { all, asked, click, closeWorkbench, openWorkbench, press, text, type Fixture } from './open-workbench';

// Charts draw on canvases that the test's DOM does not have; their options are tested as data in test/charts.
vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));

beforeEach(() => {
  // Rows and tiles are virtual: without a size none would be in sight.
  for (const side of ['offsetHeight', 'clientHeight']) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 4000 });
  for (const side of ['offsetWidth', 'clientWidth']) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 900 });
});
afterEach(closeWorkbench);

async function open(options: FixtureOptions = {}, prepare: (services: Fixture) => void = () => undefined): Promise<Fixture> {
  const services = await openWorkbench(options, prepare);
  await press('6', { ctrlKey: true }, document.body);
  await settled();
  return services;
}

/** Rows that only exist in sight come a moment after what they stand in. */
async function settled(): Promise<void> {
  for (let moment = 0; moment < 4; moment++) await flushPromises();
}

const run = makeRun(vit, 'BitLog2_Half_17');
const calibration = makeCalibration(run, vit);
const rowNames = (): string[] => all('.parameters tbody th.site').map((cell) => cell.textContent?.trim() ?? '');
const named = (selector: string, name: string): HTMLElement | undefined => all(selector).find((element) => element.textContent?.trim() === name);

async function fill(input: HTMLElement | undefined, value: string, event = 'change'): Promise<void> {
  if (!(input instanceof HTMLInputElement)) throw new Error('no input');
  input.value = value;
  input.dispatchEvent(new Event(event, { bubbles: true }));
  await flushPromises();
}

describe('calibration page', () => {
  it('shows the pictures with their classes, and where they come from', async () => {
    const services = await open();
    expect(text('.pictures header')).toContain('32 of 128 pictures');
    expect(text('.pictures header')).toContain('seed 0');
    expect(all('.pictures .tile')).toHaveLength(32);
    expect(all('.pictures .tile figcaption').slice(0, 2).map((caption) => caption.textContent)).toEqual(['T-shirt', 'Trouser']);
    expect(all('.pictures .tile')[3]?.title).toBe('Dress, train/3/3.png');
    expect(asked(services, 'calibration.picture')).toHaveLength(32);
  });

  it('says of each quantiser its scale, zero point and range, and selects its site for all pages', async () => {
    await open();
    expect(all('.parameters tbody tr')).toHaveLength(calibration.operands.length);
    const row = all('.parameters tbody tr').find((candidate) => candidate.textContent?.includes('blocks.0.attn.matmul2'));
    expect(row?.textContent?.replace(/\s+/g, ' ')).toContain('map Half_17');
    expect([...(row?.querySelectorAll('td.number') ?? [])].map((cell) => cell.textContent)).toEqual(['300', '–', '0', '0.853']);
    await click(row);
    expect(text('.inspector h2')).toBe('blocks.0.attn.matmul2');
    expect(all('.inspector section h3').map((heading) => heading.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['map BitLog2_Half_17 · one grid for the tensor', 'v 4 bit · one grid for the tensor']);
    await click(named('.inspector button', 'Errors of this site'));
    expect(text('nav .tab[aria-current]')).toBe('Layers');
  });

  it('sorts by figures, largest first, and moves through rows by arrow keys', async () => {
    await open();
    await click(named('.parameters thead button', 'Scale'));
    const byDelta = [...calibration.operands].sort((a, b) => Math.max(...b.delta.slice(0, 1)) - Math.max(...a.delta.slice(0, 1)));
    expect(all('.parameters thead th[aria-sort=descending]').map((head) => head.textContent?.trim())).toEqual(['Scale']);
    expect(rowNames()[0]).toBe(byDelta[0]?.site);
    await click(named('.parameters thead button', 'Site'));
    const first = document.querySelector('.parameters tbody th.site button');
    if (!(first instanceof HTMLElement)) throw new Error('no row');
    first.focus();
    await press('ArrowDown');
    await press('ArrowDown');
    expect(text('.inspector h2')).toBe('blocks.0.attn.matmul1');
    expect(document.activeElement?.textContent?.trim()).toBe('blocks.0.attn.matmul1');
  });

  it('shows one kind of quantiser when asked', async () => {
    await open();
    await click(all('.parameters .segmented input')[3]);
    expect(all('.parameters tbody tr')).toHaveLength(vit.blocks.length);
    expect(text('.parameters header')).toContain('6 quantisers');
  });
});

describe('other draws', () => {
  it('are calibrated on request, and then drawn and compared', async () => {
    const services = await open();
    expect(text('.draws')).toContain('Only this draw was tried');
    expect(all('.parameters thead th')).toHaveLength(7);
    await fill(all('.draws .controls input')[0], '3');
    await click(named('.draws .controls button', 'Parameters only'));
    expect(asked(services, 'calibration.redraw')).toEqual([{ runId: run.id, seeds: [1, 2, 3] }]);
    expect(text('.draws')).toContain('4 draws of 32 pictures: 1 evaluated, 3 parameters only');
    expect(all('.draws [role=img]').map((chart) => chart.getAttribute('aria-label'))).toEqual(['Scale of 48 quantisers over 4 draws', 'Top-1 with its 95 % interval of 1 draws']);
    const draws = makeDraws(run, vit, [], [1, 2, 3]);
    expect(all('.parameters thead th')).toHaveLength(8);
    expect(text('.inspector table')).toContain(`seed ${draws.draws[3]?.seed ?? ''}`);
    // The next ones are further seeds.
    await click(named('.draws .controls button', 'Parameters only'));
    expect(asked(services, 'calibration.redraw').at(-1)).toEqual({ runId: run.id, seeds: [4, 5, 6] });
  });

  it('are evaluated as runs with the settings of this one, which stays selected', async () => {
    const services = await open();
    await click(named('.draws .controls button', 'With evaluation'));
    expect(asked(services, 'evaluation.run')).toMatchObject([{ models: [vit.file], schemes: ['BitLog2_Half_17'], withFp32: false, seeds: [1, 2, 3, 4], calibrationList: null, calibrationImages: 32 }]);
    expect(text('.pictures header')).toContain('seed 0');
  });
});

describe('rounding', () => {
  it('is measured in the evaluation or in the calibration too, and held against the difference', async () => {
    const services = await open();
    expect(all('.noise [role=img]')[0]?.getAttribute('aria-label')).toContain('Rounding alone not measured');
    await fill(all('.noise .controls input[inputmode]')[0], '4');
    await click(named('.noise .controls button', 'Measure'));
    expect(asked(services, 'noise.run')).toEqual([{ runId: run.id, repeats: 4, scope: 'evaluation', images: null }]);
    expect(text('.noise .repeats')).toContain('Top-1 over 4 repeats on 1,000 images: 89.30 to 89.50, a spread of 0.20 points; up to 2 predictions flipped.');
    expect(text('.noise .repeats')).toContain('Without noise the run came out as it did');
    expect(all('.noise tbody tr').map((row) => row.querySelectorAll('td')[1]?.textContent)).toEqual(['0', '1', '2', '0']);
    await click(all('.noise .segmented input')[1]);
    expect(all('.noise [role=img]')[0]?.getAttribute('aria-label')).toContain('Rounding, calibrated anew not measured');
    expect(all('.noise .repeats')).toHaveLength(0);
    await fill(all('.noise .controls input[inputmode]')[1], '200');
    await click(named('.noise .controls button', 'Measure'));
    expect(asked(services, 'noise.run').at(-1)).toEqual({ runId: run.id, repeats: 4, scope: 'calibration', images: 200 });
    expect(all('.noise [role=img]')[0]?.getAttribute('aria-label')).toContain('Rounding, calibrated anew −1.00 to 0.00, 4×; Rounding alone −0.20 to 0.00, 4×');
    expect(text('.noise .verdict')).toBe('Rounding alone could explain the difference to FP32.');
  });

  it('is all there is to see of FP32', async () => {
    const services = await open();
    await press('1', { ctrlKey: true }, document.body);
    await click(all('tbody .cell')[0]);
    await press('6', { ctrlKey: true }, document.body);
    await flushPromises();
    expect(text('.float')).toContain('FP32 has nothing to calibrate');
    expect(all('.pictures, .parameters, .draws')).toHaveLength(0);
    await click(named('.noise .controls button', 'Measure'));
    expect(asked(services, 'noise.run')).toMatchObject([{ runId: `r-${vit.id}-none`, scope: 'evaluation' }]);
    expect(text('.inspector')).toBe('FP32 has no quantisers.');
  });
});

describe('pictures for later runs', () => {
  it('are locked, shown in the run dialog, and let go there', async () => {
    const services = await open();
    await click(named('.pictures button', 'Lock'));
    expect(text('.pictures .locked')).toContain('later runs are calibrated on these pictures');
    await click(all('.context .run')[0]);
    const files = calibration.pictures?.map(({ file }) => file);
    expect(asked(services, 'evaluation.estimate').at(-1)).toMatchObject({ calibrationList: files, calibrationImages: 32 });
    expect(text('[role=dialog] .locked-pictures')).toContain('32 pictures, locked on the calibration page');
    await click(named('[role=dialog] .locked-pictures button', 'Use the draw instead'));
    expect(asked(services, 'evaluation.estimate').at(-1)).toMatchObject({ calibrationList: null, calibrationImages: 32 });
  });

  it('stay locked when the window is opened again', async () => {
    const files = calibration.pictures?.map(({ file }) => file) ?? [];
    const services = await open(undefined, ({ engine }) => void engine.call('calibration.lock', { datasetId: dataset.id, files }));
    expect(text('.pictures .locked')).toContain('later runs are calibrated on these pictures');
    await click(named('.pictures button', 'Unlock'));
    expect(asked(services, 'calibration.lock').at(-1)).toEqual({ datasetId: dataset.id, files: null });
    expect(all('.pictures .locked')).toHaveLength(0);
  });

  it('are chosen from the train split, and run', async () => {
    const services = await open();
    await click(named('.pictures button', 'Choose…'));
    await flushPromises();
    expect(text('.chooser .footer')).toContain('32 picked');
    expect(all('.chooser .candidate[aria-pressed=true]')).toHaveLength(32);
    await click(named('.chooser button', 'None'));
    await fill(all('.chooser input')[0], 'train/3/', 'input');
    expect(text('.chooser .bar')).toContain('13 pictures');
    await click(all('.chooser .candidate')[1]);
    await click(all('.chooser .candidate')[0]);
    await click(named('.chooser .footer button', 'Run with these 2'));
    expect(asked(services, 'evaluation.run')).toMatchObject([{ calibrationList: ['train/3/13.png', 'train/3/3.png'], calibrationImages: 2, schemes: ['BitLog2_Half_17'] }]);
  });
});

describe('odd states', () => {
  it('say what is missing and offer a way on', async () => {
    await open({ runs: [makeRun(vit, 'none')] });
    expect(text('.obstacle')).toContain('has not been measured');
    expect(named('.obstacle button', 'Run…')).toBeDefined();
  });

  it('tell pictures that were left out from those that are gone', async () => {
    const services = await openWorkbench({}, ({ engine }) => {
      const call = engine.call.bind(engine);
      engine.call = async (method, params, options) => {
        const answer = await call(method, params, options);
        if (method !== 'calibration.get') return answer;
        const pictures = calibration.pictures?.map((picture, place) => (place === 0 ? { ...picture, state: 'skipped' as const, reason: 'cmyk', detail: 'CMYK' } : place === 1 ? { ...picture, state: 'missing' as const } : picture));
        return Object.assign({}, answer, { pictures });
      };
    });
    await press('6', { ctrlKey: true }, document.body);
    await flushPromises();
    expect(text('.pictures header')).toContain('2 pictures were left out or are missing');
    expect(all('.pictures .tile.lost').map((tile) => tile.title)).toEqual(['T-shirt, train/0/0.png: left out, CMYK', 'Trouser, train/1/1.png: not on the disk any more']);
    expect(asked(services, 'calibration.picture')).toHaveLength(30);
    // Only what is there can be locked.
    await click(named('.pictures button', 'Lock'));
    await click(all('.context .run')[0]);
    expect((asked(services, 'evaluation.estimate').at(-1) as { calibrationList: string[] }).calibrationList).toHaveLength(30);
  });

  it('speak Korean', async () => {
    await open({ info: { locale: 'ko' }, runs: makeRuns() });
    expect(text('.pictures header')).toContain('이미지 128장 중 32장');
    expect(all('.parameters thead th').map((head) => head.textContent?.trim())).toEqual(['지점', '피연산자', '스케일', '영점', '시작', '범위', '끝']);
  });
});
