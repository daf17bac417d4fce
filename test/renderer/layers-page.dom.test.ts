/** The layers page in the mounted window: errors, sensitivity, the draft of overrides, recipes, odd states. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRun, makeRuns, swin, vit } from './fixture-data';
import { makeErrors, sitesOf } from './fixture-layers';
import type { FixtureOptions } from './fixture-services';
import { all, asked, click, closeWorkbench, openWorkbench, press, text, type Fixture } from './open-workbench';

// Charts draw on canvases that the test's DOM does not have; their options are tested as data in test/charts.
vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));

beforeEach(() => {
  setHeight(200);
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, value: 900 });
});
afterEach(closeWorkbench);

/** Rows are virtual: without a height none would be in sight, and with much most of a test's time would go into rows that it does not look at. */
function setHeight(pixels: number): void {
  for (const side of ['offsetHeight', 'clientHeight']) Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: pixels });
}
const named = (selector: string, name: string): HTMLElement | undefined => all(selector).find((element) => element.textContent?.trim() === name);

async function open(options: FixtureOptions = {}): Promise<Fixture> {
  const services = await openWorkbench(options);
  await press('2', { ctrlKey: true }, document.body);
  await flushPromises();
  return services;
}

const run = makeRun(vit, 'BitLog2_Half_17');
const errors = makeErrors(run, vit, 16);
const byDamage = [...errors.sites].sort((a, b) => (b.local?.relativeL2 ?? 0) - (a.local?.relativeL2 ?? 0));
const worst = byDamage[0]?.site ?? '';
const siteNames = (): string[] => all('.sites tbody th.site').map((cell) => cell.textContent?.trim() ?? '');
const strip = (site: string): HTMLElement | undefined => all('.strip button.cell').find((cell) => cell.getAttribute('aria-label')?.startsWith(`${site},`));

describe('layers page', () => {
  it('measures the errors on 16 images by itself, and only once', async () => {
    const services = await open();
    expect(asked(services, 'layers.stored')).toEqual([{ runId: run.id }]);
    expect(asked(services, 'layers.errors')).toEqual([{ runId: run.id, images: 16 }]);
    await press('1', { ctrlKey: true }, document.body);
    await press('2', { ctrlKey: true }, document.body);
    expect(asked(services, 'layers.errors')).toHaveLength(1);
    expect(text('.bar .known')).toBe('Errors over 16 images');
  });

  it('starts nothing while an evaluation runs, and says so', async () => {
    let go: () => void = () => undefined;
    const services = await open({ pause: () => new Promise((resolve) => { go = resolve; }) });
    // The first measurement waits too: the fixture pauses every long answer.
    expect(text('.layers .state')).toBe('Measuring the error of every layer…');
    go();
    await flushPromises();
    expect(asked(services, 'layers.errors')).toHaveLength(1);
  });

  it('draws a field for each site, coloured by its error, and says its figure', async () => {
    await open();
    expect(all('.strip button.cell')).toHaveLength(sitesOf(vit).length);
    const cell = strip(worst);
    expect(cell?.getAttribute('aria-label')).toMatch(/rel\. L2, Local 0\.\d+/);
    // Bright is bad: the worst has the last colour of the map.
    expect(cell?.style.background).toContain('253');
    expect(cell?.getAttribute('aria-pressed')).toBe('true');
    expect(text('.strip .readout')).toContain(worst);
  });

  it('lists every site, the worst first, and sorts by any column', async () => {
    setHeight(2000);
    await open();
    expect(siteNames()).toEqual(byDamage.map(({ site }) => site));
    await click(named('.sites thead button', 'Site'));
    expect(siteNames()).toEqual(sitesOf(vit).map(({ site }) => site));
    await click(named('.sites thead button', 'Attention map'));
    expect(siteNames().slice(0, 6).every((site) => site.endsWith('matmul2'))).toBe(true);
    expect(all('.sites th[aria-sort=descending]').map((head) => head.textContent?.trim())).toEqual(['Attention map']);
    await click(all('.strip .choice input').find((input) => input.getAttribute('value') === 'sqnr'));
    // Fewer decibels are worse: the worst first is ascending.
    expect(all('.sites th[aria-sort=ascending]').map((head) => head.textContent?.trim())).toEqual(['Attention map']);
  });

  it('selects a site for every page, by pointer and by keys', async () => {
    const services = await open();
    await click(strip('blocks.1.attn.proj'));
    expect(text('.inspector h2')).toBe('blocks.1.attn.proj');
    strip('blocks.1.attn.proj')?.focus();
    await press('ArrowRight');
    expect(text('.inspector h2')).toBe('blocks.2.attn.proj');
    await press('ArrowDown');
    expect(text('.inspector h2')).toBe('blocks.2.mlp.fc1');
    expect(document.activeElement?.getAttribute('aria-label')).toContain('blocks.2.mlp.fc1');
    await click(strip('blocks.3.attn.matmul2'));
    await click(named('.inspector button', 'See its attention maps'));
    // The page asks for the other blocks afterwards, to fill its navigator.
    expect(asked(services, 'attention.view')[0]).toMatchObject({ block: 3 });
  });

  it('shows the values of each operand with the quantiser’s parameters', async () => {
    const services = await open();
    await click(strip('blocks.1.attn.qkv'));
    expect(asked(services, 'layers.histogram').at(-1)).toEqual({ runId: run.id, site: 'blocks.1.attn.qkv', operand: 'input', images: 16, scale: 'linear' });
    await click(all('.inspector input').find((input) => input.getAttribute('value') === 'weight'));
    expect(asked(services, 'layers.histogram').at(-1)).toMatchObject({ operand: 'weight' });
    expect(text('.inspector')).toContain('one for each of 3 channels');
    expect(text('.inspector')).toContain('0.100 · 0.250 · 0.400');
    expect(text('.inspector')).toContain('Worst outputs');
    await click(strip('blocks.1.attn.matmul2'));
    expect(asked(services, 'layers.histogram').at(-1)).toMatchObject({ operand: 'A', scale: 'log2' });
    expect(text('.inspector')).toContain('Worst heads');
  });
});

describe('sensitivity', () => {
  it('shows rows as they come, and keeps them when it is cancelled', async () => {
    const pauses: (() => void)[] = [];
    await open({ pause: () => new Promise((resolve) => { pauses.push(resolve); }) });
    pauses.shift()?.();
    await flushPromises();
    await click(named('.layers .bar button', 'On alone'));
    expect(all('.strip button.cell').filter((cell) => !cell.classList.contains('unknown'))).toHaveLength(3);
    expect(text('.bar .known')).toContain(`On alone: 3 of ${sitesOf(vit).length} sites, 16 images`);
    await click(all('.layers .bar button.running')[0]);
    pauses.shift()?.();
    await flushPromises();
    expect(text('.bar .known')).toContain('stopped');
    expect(all('.strip button.cell').filter((cell) => !cell.classList.contains('unknown'))).toHaveLength(3);
    expect(all('.sites thead button').map((head) => head.textContent?.trim())).toContain('KL on alone');
  });

  it('measures the worst sites again on all images', async () => {
    const services = await open();
    await click(named('.layers .bar button', 'Off alone'));
    await click(named('.layers .bar button', 'Worst 5 on all images'));
    expect(asked(services, 'layers.sensitivity')).toMatchObject([{ kind: 'off-alone', images: 16, top: null }, { kind: 'off-alone', images: 16, top: { sites: 5, images: null } }]);
  });
});

describe('draft', () => {
  it('excludes a site, undoes, does again, clears', async () => {
    await open();
    const exclude = (): HTMLElement | undefined => all('.sites .row-actions button')[0];
    await click(exclude());
    expect(exclude()?.getAttribute('aria-pressed')).toBe('true');
    expect(text('.draft .changes')).toBe(`Draft 1 change: ${worst} FP32`);
    expect(strip(worst)?.getAttribute('aria-label')).toContain('changed in the draft');
    await press('z', { ctrlKey: true }, document.body);
    expect(text('.draft .changes')).toBe('Draft no changes');
    await press('z', { ctrlKey: true, shiftKey: true }, document.body);
    expect(text('.draft .changes')).toContain('1 change');
    await click(named('.draft button', 'Clear'));
    expect(text('.draft .changes')).toBe('Draft no changes');
  });

  it('gives an operand other bits', async () => {
    await open();
    await click(named('.sites .row-actions button', 'Bits'));
    const choice = [...document.querySelectorAll<HTMLInputElement>('.popover input[type=radio]')].find((input) => input.value === '8');
    await click(choice);
    expect(text('.draft .change')).toMatch(/8 bits$/);
  });

  it('runs on the same images with the exceptions, then holds the new run against the old', async () => {
    const made = makeRun(vit, 'BitLog2_Half_17', { id: 'r-made', settings: { ...run.settings, overrides: { [worst]: 'fp32' } }, top1: 90, created: '2026-01-06T09:12:00.000Z' });
    const services = await open({ runs: [...makeRuns(), made] });
    // Without a change there is nothing to run or to compare, and the bar is one line.
    expect(all('.draft button').map((button) => button.textContent)).toEqual(['Load recipe']);
    await click(all('.sites .row-actions button')[0]);
    await click(named('.draft button', 'Run'));
    expect(asked(services, 'evaluation.run')).toMatchObject([{ models: [vit.file], schemes: ['BitLog2_Half_17'], withFp32: false, resume: true, overrides: { [worst]: 'fp32' } }]);
    await click(named('.draft button', 'Compare'));
    expect(text('.comparison strong')).toContain('This run against BitLog2_Half_17');
    expect(text('.comparison')).toMatch(/\+0\.50.*95 % interval .* on the same 1,000 images/);
    await click(named('.comparison button', 'Back to the run before'));
    expect(text('.draft .changes')).toContain('1 change');
  });
});

describe('stored recipes', () => {
  const recipes = [{ name: 'late blocks', recipe: { name: 'late blocks', overrides: { 'blocks.5.*': 'fp32' as const, head: 8 } } }, { name: 'plain', recipe: { name: 'plain', w_bits: 6 } }];

  it('are loaded into the draft', async () => {
    await open({ recipes });
    await click(named('.draft button', 'Load recipe'));
    const entries = [...document.querySelectorAll('.menu-item.load')];
    await click(entries[0]);
    expect(all('.draft .change .pattern').map((pattern) => pattern.textContent)).toEqual(['blocks.5.*', 'head']);
  });

  it('are chosen in the run dialog, those that override something', async () => {
    const services = await open({ recipes });
    await click(all('.context .run')[0]);
    const dialog = document.querySelector('[role=dialog]');
    const trigger = [...(dialog?.querySelectorAll<HTMLElement>('button.pick') ?? [])].find((button) => button.getAttribute('aria-label')?.startsWith('Overrides'));
    if (trigger === undefined) throw new Error('no choice of overrides');
    await press('Enter', {}, trigger);
    const items = [...document.querySelectorAll<HTMLElement>('[role=menuitemradio]')];
    expect(items.map((item) => item.textContent?.trim())).toEqual(['none', 'late blocks']);
    await click(items[1]);
    expect(asked(services, 'evaluation.estimate').at(-1)).toMatchObject({ overrides: { 'blocks.5.*': 'fp32', head: 8 } });
    expect(dialog?.textContent).toContain('blocks.5.*, head');
  });
});

describe('states', () => {
  it('says why FP32 has no layers, and how to get some', async () => {
    await open();
    await press('1', { ctrlKey: true }, document.body);
    await click(all('tbody .cell')[0]);
    await press('2', { ctrlKey: true }, document.body);
    expect(text('.obstacle p')).toContain('FP32 quantises nothing');
    await click(all('.obstacle button')[0]);
    expect(all('.strip')).toHaveLength(1);
  });

  it('says that nothing was run, that it is calibrating, and why it failed', async () => {
    await open({ runs: [makeRun(vit, 'none')] });
    expect(text('.obstacle p')).toContain('has not been measured');
    await open({ runs: [makeRun(vit, 'BitLog2_Half_17', { state: 'calibrating', images: 0, top1: null })] });
    expect(text('.obstacle p')).toContain('calibrating');
    await open({ runs: [makeRun(vit, 'BitLog2_Half_17', { state: 'failed', images: 0, top1: null, failure: { kind: 'model-unreadable', what: 'The file is gone' } })] });
    expect(text('.obstacle .failure .what')).not.toBe('');
  });

  it('speaks Korean, and draws a network with stages', async () => {
    await open({ info: { locale: 'ko' } });
    expect(text('.strip h2')).toBe('네트워크가 무너지는 곳');
    await press('1', { ctrlKey: true }, document.body);
    const row = all('tbody tr').find((candidate) => candidate.textContent?.includes(swin.name));
    await click(row?.querySelectorAll('.cell')[2]);
    await press('2', { ctrlKey: true }, document.body);
    expect(all('.strip .stage.named').map((stage) => stage.textContent)).toEqual(['스테이지 0', '스테이지 1']);
  });
});
