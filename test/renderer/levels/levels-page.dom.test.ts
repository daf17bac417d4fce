/** The levels page around the fixture's engine: what it asks, what it says, and where it leads. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useLevels } from '../../../src/renderer/src/stores/levels';
import { useSelection } from '../../../src/renderer/src/stores/selection';
import { fail } from '../../../src/shared/failure';
import { makeLevels } from '../../helpers/levels-record';
import { makeRun, vit } from '../fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench, press, text, type Fixture } from '../open-workbench';

// Charts draw on canvases that the test's DOM does not have; their options are tested as data in test/charts.
vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

async function openLevels(options: Parameters<typeof openWorkbench>[0] = {}, prepare: (services: Fixture) => void = () => undefined): Promise<Fixture> {
  const services = await openWorkbench(options, prepare);
  useSelection().go({ page: 'levels' });
  await flushPromises();
  return services;
}

/** Another answer to `levels.get`; everything else as the fixture has it. */
function answering(services: Fixture, answer: () => Promise<ReturnType<typeof makeLevels>>): void {
  const { engine } = services;
  const call = engine.call.bind(engine);
  engine.call = ((method, params, options) => (method === 'levels.get' ? answer() : call(method, params, options))) as typeof engine.call;
}

describe('levels page', () => {
  it('measures the selected run once, on images of every class', async () => {
    const services = await openLevels();
    expect(asked(services, 'levels.get')).toEqual([{ runId: 'r-m-vit-BitLog2_Half_17', images: 16, source: 'run' }]);
    useSelection().go({ page: 'board' });
    await flushPromises();
    useSelection().go({ page: 'levels' });
    await flushPromises();
    expect(asked(services, 'levels.get')).toHaveLength(1);
    expect(all('.occupancy .rows button').map((button) => button.textContent)).toEqual(vit.blocks.map(({ name }) => name));
    expect(all('.occupancy .code').map((code) => code.textContent).slice(0, 4)).toEqual(['0', '1/δ', '2/δ', '1.5·2/δ']);
    expect(text('.page .toolbar, .levels .toolbar')).toContain('measured on 16 images of the run, spread over its classes');
  });

  it('reads a value off all ladders by the keyboard', async () => {
    await openLevels();
    const slider = document.querySelector<HTMLElement>('[role=slider]');
    slider?.focus();
    await press('End');
    expect(slider?.getAttribute('aria-valuenow')).toBe('0');
    expect(all('.readings tbody tr').map((row) => row.querySelector('.code')?.textContent)).toEqual(['15', '16', '15', '16', '15', '16']);
    await press('PageDown');
    await press('ArrowLeft');
    expect(slider?.getAttribute('aria-valuenow')).toBe('-1.125');
    expect(slider?.getAttribute('aria-valuetext')).toMatch(/^0\.459: 2⁷\/\d+ under BitLog2_Half_17$/);
    await press('Home');
    expect(all('.readings tbody tr').map((row) => row.querySelector('.code')?.textContent)).toEqual(['0', '0', '0', '1', '0', '0']);
    expect(all('.readings tbody tr')[0]?.textContent).toContain('−100.0 %');
  });

  it('shows another scheme on the same answer, by its ladder or by the comparison', async () => {
    const services = await openLevels();
    await click(all('.names button')[1]);
    expect(text('.inspector h2')).toContain('(code');
    expect(text('.section header h2')).toContain('Sqrt2_17');
    expect(all('.occupancy .code')[16]?.textContent).toBe('δ');
    await click(all('.inspector tbody button')[2]);
    expect(text('.section header h2')).toContain('BitLog2_Single_16');
    expect(asked(services, 'levels.get')).toHaveLength(1);
    // A scheme that this run did not count has no whole run.
    expect(text('.section header')).not.toContain('Whole run');
  });

  it('selects layer and head for all pages, and says the cell in words', async () => {
    await openLevels();
    await click(all('.occupancy .rows button')[2]);
    expect(useSelection().current).toMatchObject({ block: 2, site: 'blocks.2.attn.matmul2' });
    document.querySelector('.section .segmented input[value=heads]')?.dispatchEvent(new Event('change', { bubbles: true }));
    await flushPromises();
    expect(all('.occupancy .rows button').map((button) => button.textContent)).toEqual(['head 0', 'head 1', 'head 2', 'head 3']);
    document.querySelector<HTMLElement>('.occupancy .map')?.focus();
    await press('ArrowDown');
    await press('ArrowRight');
    expect(useSelection().current.head).toBe(1);
    expect(text('.occupancy .said')).toMatch(/^head 1 · .+ · [\d.]+ % of the elements$/);
    await click(all('.ways button')[0]);
    expect(useSelection().current).toMatchObject({ page: 'attention', block: 2, head: 1 });
  });

  it('keeps the whole run apart from the sample', async () => {
    await openLevels();
    useLevels().quantity = 'error';
    useLevels().counted = 'run';
    await flushPromises();
    // A run counts codes and knows no errors.
    expect(text('.section .legend')).toContain('elements');
    expect(text('.section header')).not.toContain('Share of error');
    expect(text('.section header')).toContain('Whole run1,000');
  });

  it('shows the maps of an FP32 run with every delta found on them', async () => {
    const services = await openLevels({}, () => undefined);
    useSelection().go({ scheme: 'none' });
    await flushPromises();
    expect(asked(services, 'levels.get').at(-1)).toEqual({ runId: 'r-m-vit-none', images: 16, source: 'run' });
    expect(all('.levels .toolbar .segmented')).toHaveLength(0);
    expect(text('.origins')).toMatch(/^δ searched on these maps: Sqrt2_16/);
    expect(all('.ways button')).toHaveLength(1);
  });

  it('says what a head of zeros and a map of one token are', async () => {
    await openLevels({}, (services) => answering(services, async () => {
      const levels = makeLevels({ blocks: vit.blocks.map(({ name }) => ({ name })), emptyHead: true });
      return { ...levels, blocks: levels.blocks.map((block) => ({ ...block, tokens: 1 })) };
    }));
    expect(text('.answers')).toContain('one token');
    useLevels().rows = 'heads';
    useSelection().go({ block: 1, head: 1 });
    await flushPromises();
    expect(text('.inspector')).toContain('Every value here is zero');
    expect(all('.inspector tbody tr')[0]?.textContent).toContain('–');
  });
});

describe('instead of levels', () => {
  it('a sentence and an action where nothing has run', async () => {
    await openLevels({ runs: [] });
    expect(text('.levels .obstacle')).toContain('has not been measured yet');
    await click(document.querySelector('.levels .obstacle button'));
    expect(document.querySelector('[role=dialog]')).not.toBeNull();
  });

  it('a sentence while the run calibrates', async () => {
    const services = await openLevels({ runs: [makeRun(vit, 'BitLog2_Half_17', { state: 'calibrating', images: 0, top1: null })] });
    expect(text('.levels .obstacle')).toContain('calibrating');
    expect(asked(services, 'levels.get')).toEqual([]);
  });

  it('what went wrong, and another try', async () => {
    let tries = 0;
    await openLevels({}, (services) => answering(services, async () => {
      tries += 1;
      if (tries === 1) throw fail('model-unreadable', 'The model file has changed since this run', { file: '/m.onnx' });
      return makeLevels({ blocks: vit.blocks.map(({ name }) => ({ name })) });
    }));
    expect(text('.levels .failure')).toContain('The model file has changed');
    await click(all('.levels .failure button')[0]);
    expect(document.querySelector('.levels .failure')).toBeNull();
    expect(document.querySelector('.occupancy')).not.toBeNull();
  });

  it('a way to go on after it was stopped', async () => {
    let tries = 0;
    await openLevels({}, (services) => answering(services, async () => {
      tries += 1;
      if (tries === 1) throw fail('stopped', 'Stopped');
      return makeLevels({ blocks: vit.blocks.map(({ name }) => ({ name })) });
    }));
    expect(text('.levels .obstacle')).toContain('stopped');
    await click(document.querySelector('.levels .obstacle button'));
    expect(document.querySelector('.occupancy')).not.toBeNull();
  });
});
