/** States that nobody wishes for: every page says what is the matter and what can be done, and goes on by itself where it can. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineMethod, ParamsOf, ResultOf } from '../../src/shared/engine-contract';
import { fail } from '../../src/shared/failure';
import type { ModelRecord, RunRecord } from '../../src/shared/records';
import { useSelection } from '../../src/renderer/src/stores/selection';
import { dataset, makeRun, makeRuns, swin, viewOf, vit } from './fixture-data';
import type { Answers } from './fixture-services';
import { all, click, closeWorkbench, openWorkbench, press, text } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

/** What the fixture would answer; it must answer this. */
function own<M extends EngineMethod>(answers: Answers, method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
  const answer = answers[method];
  if (answer === undefined) throw new Error(`the fixture has no answer for ${method}`);
  return answer(params, {});
}

const settled = async (): Promise<void> => { for (let moment = 0; moment < 6; moment++) await flushPromises(); };
const page = async (key: string): Promise<void> => {
  await press(key, { ctrlKey: true }, document.body);
  await settled();
};

describe('an engine that is lost while a page is computing', () => {
  const pages = [
    ['layers', '2', 'layers.errors', '.strip tbody button:not(.unknown)'],
    ['attention', '3', 'attention.view', '.main figure'],
    ['levels', '4', 'levels.get', '.answers [role=slider]'],
    ['images', '5', 'images.flips', '.images-page .side h2'],
    ['calibration', '6', 'calibration.get', '.calibration .parameters'],
  ] as const;

  it.each(pages)('%s: says so, and has its figures when the engine is back', async (_name, key, method, figures) => {
    let lost = true;
    const services = await openWorkbench({ fails: (asked) => {
      if (lost && asked === method) throw fail('engine-lost', 'The engine stopped in the middle of this call', { next: 'It is being restarted; what was finished is kept. Try again' });
    } });
    await page(key);
    services.engine.setConnection('lost');
    await settled();
    expect(text('#page .failure')).toContain('The engine stopped in the middle of this call');
    expect(all('#page .failure button').length).toBeGreaterThan(0);
    expect(all(figures)).toHaveLength(0);
    expect(text('footer')).toContain('The engine stopped');
    lost = false;
    services.engine.setConnection('connected');
    await settled();
    await vi.waitFor(() => expect(all(figures).length).toBeGreaterThan(0));
    expect(all('#page .failure')).toHaveLength(0);
    // First the workspace, then the question: before, another workspace would have answered.
    const order = services.engine.asked.map((call) => call.method);
    expect(order.lastIndexOf(method)).toBeGreaterThan(order.lastIndexOf('workspace.open'));
  });
});

describe('a run that was stopped while it calibrated', () => {
  const stopped = makeRun(vit, 'BitLog2_Half_17', { state: 'stopped', images: 0, top1: null, top5: null, top1Ci95: null, loss: null });
  const runs: readonly RunRecord[] = [...makeRuns().filter(({ id }) => id !== stopped.id), stopped];

  it.each([['1'], ['2'], ['3'], ['4'], ['5'], ['6']])('says so on page %s, with a way on', async (key) => {
    await openWorkbench({
      runs,
      fails: (asked) => { if (asked === 'layers.errors' || asked === 'levels.get') throw fail('not-found', 'This run is not calibrated yet', { next: 'Continue the run first' }); },
      answers: (answers) => ({ ...answers, 'calibration.get': async (params) => ({ ...(await own(answers, 'calibration.get', params)), state: 'waiting' }) }),
    });
    useSelection().go({ modelId: vit.id, scheme: 'BitLog2_Half_17' });
    await page(key);
    expect(text('#page').length).toBeGreaterThan(20);
    expect(all('#page button').length).toBeGreaterThan(0);
    if (key !== '1') expect(text('#page')).toMatch(/not calibrated|stopped|calibrat|Continue|first images/i);
  });
});

describe('FP32 is what is looked at', () => {
  it.each([['2'], ['3'], ['5'], ['6']])('page %s says what FP32 has not, and offers a scheme', async (key) => {
    await openWorkbench();
    useSelection().go({ modelId: vit.id, scheme: 'none' });
    await page(key);
    expect(text('#page')).toContain('FP32');
    const way = all('#page button').find((button) => button.textContent?.includes('BitLog2_Half_17'));
    await click(way);
    expect(useSelection().current.scheme).toBe('BitLog2_Half_17');
  });
});

describe('very long names', () => {
  const long = 'a_model_whose_name_somebody_made_of_everything_that_was_tried_on_it_'.repeat(3);
  const longModel: ModelRecord = { ...vit, name: long };

  it.each(['en', 'ko'] as const)('stand in full where they can be pointed at, and are cut elsewhere (%s)', async (locale) => {
    await openWorkbench({ info: { locale }, answers: (answers) => ({
      ...answers,
      'workspace.open': async (params) => ({
        ...(await own(answers, 'workspace.open', params)), models: [longModel, swin], datasets: [{ ...dataset, name: long, classes: dataset.classes.map((entry) => ({ ...entry, name: `${entry.name} ${long}` })) }],
      }),
      'board.get': async (params) => ({ ...(await own(answers, 'board.get', params)), models: [longModel, swin] }),
    }) });
    expect(text('.panel')).toContain(long);
    for (const key of ['1', '2', '3', '4', '5', '6']) {
      await page(key);
      expect(text('#page').length).toBeGreaterThan(20);
    }
  });
});

describe('few and many classes', () => {
  const withClasses = (count: number) => (answers: Answers): Answers => {
    const classes = Array.from({ length: count }, (_, label) => ({ folder: `n${String(label).padStart(8, '0')}`, name: `class ${label}`, label }));
    return {
      ...answers,
      'workspace.open': async (params) => {
        const summary = await own(answers, 'workspace.open', params);
        return { ...summary, models: summary.models.map((model) => ({ ...model, classes: count })), datasets: [{ ...dataset, classes }] };
      },
      'images.flips': async (params) => {
        const flips = await own(answers, 'images.flips', params);
        return { ...flips, rows: flips.rows.map((row) => ({ ...row, label: row.label % count, run: { ...row.run, top5: row.run.top5.slice(0, Math.min(5, count)).map((label) => label % count) } })) };
      },
    };
  };

  it.each([1, 1000])('%i: every page has its figures', async (count) => {
    await openWorkbench({ answers: withClasses(count) });
    expect(text('.panel')).toContain(count === 1 ? '1 class' : '1,000 classes');
    for (const [key, figures] of [['1', 'tbody .cell .interval'], ['2', '.strip tbody button'], ['3', '.main figure'], ['5', '.images-page .grid'], ['6', '.calibration .parameters']] as const) {
      await page(key);
      expect(all(figures).length, key).toBeGreaterThan(0);
      expect(all('#page .failure')).toHaveLength(0);
    }
  });
});

describe('a head that is all zero, a map of one token, a model without a class token', () => {
  it('are drawn and counted without a figure that is none', async () => {
    await openWorkbench({ answers: (answers) => ({ ...answers, 'attention.view': async (params) => {
      const view = await own(answers, 'attention.view', params);
      return { ...view, codes: new Uint8Array(view.codes.length), damage: view.damage.map((head) => ({ ...head, kl: 0, topOverlap: 0, massLost: 1, rowSumDrift: -1 })) };
    } }) });
    await page('3');
    expect(all('.main figure').length).toBeGreaterThan(5);
    expect(text('.inspector')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('offer no query that the map has not', async () => {
    const run = makeRun(swin, 'BitLog2_Half_17');
    await openWorkbench();
    useSelection().go({ modelId: swin.id, scheme: 'BitLog2_Half_17' });
    await page('3');
    expect(viewOf({ run, model: swin, image: 0, block: 0, head: 0 }).prefixTokens).toBe(0);
    expect(text('.side .segmented')).not.toContain('Class');
  });

  it('of one token: one row, one column, no neighbour to compare with', async () => {
    await openWorkbench({ answers: (answers) => ({ ...answers, 'attention.view': async (params) => ({
      ...(await own(answers, 'attention.view', params)), tokens: 1, windows: 1, grid: [1, 1], prefixTokens: 0, fp32: Float32Array.of(1), before: Float32Array.of(1), codes: Uint8Array.of(1),
    }) }) });
    await page('3');
    expect(all('.main figure').length).toBeGreaterThan(5);
    expect(text('.main')).not.toMatch(/NaN|undefined/);
  });
});
