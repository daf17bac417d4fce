/** The images page mounted whole, with an engine from fixtures. Past 250 lines: its parts are told apart by what they do together. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from 'vue';
import { fail } from '../../../src/shared/failure';
import { useSelection } from '../../../src/renderer/src/stores/selection';
import { createWorkbench } from '../../../src/renderer/src/workbench';
import { makeIntegerRun, makeRun, makeRuns, vit } from '../fixture-data';
import { makeServices, type FixtureOptions } from '../fixture-services';
import { all, asked, text, type Fixture } from '../open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));

let app: App | null = null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  document.body.innerHTML = '<div id="app"></div>';
  // A box of three columns and some lines; the DOM of the test lays nothing out.
  vi.stubGlobal('ResizeObserver', class {
    constructor(private readonly tell: (entries: readonly { contentRect: { width: number; height: number }; target: Element }[]) => void) {}
    observe(target: Element): void { this.tell([{ target, contentRect: { width: 400, height: 600 } }]); }
    unobserve(): void {}
    disconnect(): void {}
  });
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(400);
});
afterEach(() => {
  app?.unmount();
  app = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Everything that waits a moment before it asks has asked and been answered. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await vi.advanceTimersByTimeAsync(300);
    await flushPromises();
  }
}

async function press(key: string, init: KeyboardEventInit = {}, target: EventTarget | null = document.body): Promise<void> {
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
  await settle();
}

async function click(element: Element | undefined | null): Promise<void> {
  if (!(element instanceof HTMLElement)) throw new Error('nothing to click');
  element.click();
  await settle();
}

async function open(options: FixtureOptions = {}): Promise<Fixture> {
  const services = makeServices(options);
  app = createWorkbench(services);
  app.mount('#app');
  await flushPromises();
  await press('5', { ctrlKey: true });
  return services;
}

const button = (words: string): HTMLElement | undefined => all('.images-page button').find((candidate) => candidate.textContent?.includes(words));

describe('the list', () => {
  it('opens on the lost images, with counts as filters, and the first of them chosen', async () => {
    const services = await open();
    expect(all('.images-page [role=radiogroup] .top').map((top) => top.textContent)).toEqual(['20Lost', '12Gained', '8Changed', '1,000All']);
    expect(text('.images-page label.lost .share')).toBe('2.0 % of 1,000 compared');
    expect(asked(services, 'images.flips')[0]).toMatchObject({ filter: 'lost', sort: 'list', offset: 0 });
    const cells = all('.images-page [role=option]');
    expect(cells.length).toBeGreaterThan(3);
    expect(cells[0]?.getAttribute('aria-setsize')).toBe('20');
    expect(cells[0]?.textContent?.replace(/\s+/g, ' ')).toBe('−T-shirtLostFP32✓2.50W4A4Trouser0.75');
    await click(all('.images-page label.gained input')[0]);
    expect(asked(services, 'images.flips').at(-1)).toMatchObject({ filter: 'gained' });
    expect(all('.images-page [role=option]')[0]?.textContent).toContain('Gained');
  });

  it('is walked by arrow keys in two directions, and Enter opens the attention of the head that moved most', async () => {
    const services = await open();
    const grid = document.querySelector('.images-page [role=listbox]');
    const chosen = (): string | null => document.querySelector('.images-page [role=option][aria-selected=true]')?.id ?? null;
    expect(chosen()).toBe('flip-0');
    await press('ArrowRight', {}, grid);
    expect(chosen()).toBe('flip-50');
    await press('ArrowDown', {}, grid);
    expect(chosen()).toBe('flip-200');
    expect(grid?.getAttribute('aria-activedescendant')).toBe('flip-200');
    await press('Enter', {}, grid);
    expect(all('.attention')).toHaveLength(1);
    expect(asked(services, 'attention.view').at(-1)).toMatchObject({ image: 200 });
  });

  it('asks for a picture only after it was in sight for a moment', async () => {
    const services = await open();
    expect(asked(services, 'image.picture').length).toBeGreaterThan(3);
    const before = asked(services, 'image.picture').length;
    all('.images-page label.all input')[0]?.click();
    await vi.advanceTimersByTimeAsync(20);
    all('.images-page label.changed input')[0]?.click();
    await settle();
    const since = asked(services, 'image.picture').slice(before).map((params) => (params as { image: number }).image);
    // Of the images of "all" that passed by, none was asked for but those that are shown now.
    expect(since.filter((image) => image % 90 !== 0 || image % 50 === 0)).toEqual([]);
  });
});

describe('one image', () => {
  it('says which head flipped it, shows the heads that moved most, and leads to their maps', async () => {
    const services = await open();
    expect(asked(services, 'images.blame')).toEqual([{ runId: 'r-m-vit-BitLog2_Half_17', image: 0, heads: 24 }]);
    expect(text('.verdict .says')).toMatch(/^Head \d of blocks\.\d\.attn flipped it: with this one map unquantised the answer is T-shirt again\.$/);
    const rows = all('.moved tbody tr');
    expect(rows).toHaveLength(5);
    expect(rows[0]?.textContent).toContain('✓ T-shirt');
    expect(rows[0]?.textContent).toContain('+0.40');
    expect(all('.images-page .chart').map((chart) => chart.getAttribute('aria-label'))).toEqual(['Margin of T-shirt when one block or one head stays unquantised; −0.75 as run', 'rel. L2 at the input of every block and at the logits; 0.300 at the logits']);
    const where = rows[1]?.querySelector('.link')?.textContent ?? '';
    await click(rows[1]?.querySelector('.link'));
    const [block, head] = where.match(/\d+/g)?.map(Number) ?? [];
    expect(asked(services, 'attention.view')[0]).toMatchObject({ image: 0, block, head });
  });

  it('says so when it was a block, the weights, or nobody', async () => {
    await open();
    await click(all('.images-page label.changed input')[0]);
    await click(all('.images-page [role=option]')[0]);
    expect(text('.verdict .says')).toBe('None of the 24 heads tested does it alone; with all maps of blocks.1.attn unquantised the answer is Trouser again.');
    await click(all('.images-page label.gained input')[0]);
    await click(all('.images-page [role=option]')[0]);
    expect(text('.verdict .says')).toContain('Not the attention maps');
    await click(button('See the layers'));
    expect(all('.layers')).toHaveLength(1);
  });

  it('has the five best classes of both networks and the stored record in the inspector', async () => {
    await open();
    const table = all('.inspector tbody tr').map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
    expect(table[0]).toBe('1T-shirtTrouser');
    expect(table).toContain('margin2.500.750');
    expect(text('.inspector dl')).toContain('val/0/0000.png');
    expect(text('.inspector dl')).toContain('00000abc');
    expect(text('.inspector dl')).toContain('equal to the stored run');
  });

  it('names truth and answers by the outputs of the run, here and on the attention page', async () => {
    // Outputs that stand for other classes than the data set's own numbers say, as under a map of labels.
    const names = ['cassette', 'dial', 'easel', 'flute', 'globe', 'harp', 'ink', 'jar', 'kite', null];
    const services = await open({ answers: (own) => ({ ...own, 'run.classNames': async () => ({ names }) }) });
    expect(asked(services, 'run.classNames')).toEqual([{ runId: 'r-m-vit-BitLog2_Half_17' }]);
    expect(all('.images-page [role=option]')[0]?.textContent?.replace(/\s+/g, ' ')).toBe('−cassetteLostFP32✓2.50W4A4dial0.75');
    expect(text('.verdict .says')).toContain('the answer is cassette again');
    expect(text('.inspector h2')).toContain('cassette');
    expect(all('.inspector tbody tr')[0]?.textContent?.replace(/\s+/g, ' ').trim()).toBe('1cassettedial');
    await press('3', { ctrlKey: true });
    expect(text('.attention .label')).toBe('cassette');
    expect(text('.inspector .figures')).not.toContain('T-shirt');
    expect(document.body.textContent).not.toContain('Trouser');
  });

  it('shows numbers where nobody can say a name, and the data set\'s names only where nothing is mapped', async () => {
    const mapped = makeRuns().map((run) => ({ ...run, settings: { ...run.settings, labelMap: 'plus-one' as const } }));
    const silent: FixtureOptions = { fails: (method) => { if (method === 'run.classNames') throw fail('not-found', 'gone'); } };
    await open({ ...silent, runs: mapped });
    expect(all('.images-page [role=option]')[0]?.textContent?.replace(/\s+/g, ' ')).toBe('−0LostFP32✓2.50W4A410.75');
    app?.unmount();
    await open(silent);
    expect(all('.images-page [role=option]')[0]?.textContent).toContain('T-shirt');
  });

  it('says in which arithmetic an integer run was tested', async () => {
    await open({ runs: [...makeRuns(), makeIntegerRun(vit, 'BitLog2_Half_17')] });
    expect(text('.verdict')).not.toContain('reference arithmetic');
    await press('1', { ctrlKey: true });
    await click(all('tbody tr:nth-child(2) .cell')[5]);
    await press('5', { ctrlKey: true });
    expect(text('.verdict')).toContain('Tested in reference arithmetic with the parameters of this integer run.');
  });
});

describe('a head', () => {
  it('is asked which images it flipped; its answer stands in place of the list until it is closed', async () => {
    const services = await open();
    expect(button('Which images did')?.textContent).toBe('Which images did head 0 of blocks.0.attn flip?');
    await click(button('Which images did'));
    expect(text('.flipped')).toContain('Head 0 of blocks.0.attn alone flipped none of the 40 images whose answer changed.');
    expect(all('.images-page [role=option]')[0]?.getAttribute('aria-setsize')).toBe('20');
    const list = all('.moved tbody .ask button');
    await click(list[0]);
    expect(asked(services, 'images.flippedBy')).toHaveLength(2);
    await click(button('Back to the list'));
    expect(all('.flipped')).toHaveLength(0);
  });
});

describe('a long list', () => {
  it('goes to its end by one key, although that page is not here yet', async () => {
    const services = await open();
    await click(all('.images-page label.all input')[0]);
    await press('End', {}, document.querySelector('.images-page [role=listbox]'));
    expect(asked(services, 'images.flips')).toContainEqual(expect.objectContaining({ filter: 'all', offset: 960, count: 240 }));
    expect(text('.inspector dl')).toContain('val/9/0999.png');
  });
});

describe('another baseline', () => {
  it('is called the baseline, not FP32', async () => {
    await open();
    useSelection().go({ baselineId: 'r-m-vit-Sqrt2_17' });
    await settle();
    expect(all('.images-page [role=option]')[0]?.textContent).toBe('−T-shirtLostbaseline✓2.50W4A4Trouser0.75');
    expect(text('.inspector dl')).toContain('Against baselineLost');
  });
});

describe('odd states', () => {
  it('say what is missing and offer the way on', async () => {
    await open({ runs: makeRuns().filter(({ settings }) => settings.scheme !== 'BitLog2_Half_17') });
    expect(text('.images-page .obstacle')).toContain('This scheme has not been measured');
    expect(button('Run…')).toBeDefined();
  });

  it('FP32 is held against nothing', async () => {
    await open();
    await press('1', { ctrlKey: true });
    await click(all('tbody .cell')[0]);
    await press('5', { ctrlKey: true });
    expect(text('.images-page .obstacle')).toContain('FP32 loses nothing to itself');
    await click(button('Look at BitLog2_Half_17'));
    expect(all('.images-page [role=option]').length).toBeGreaterThan(0);
  });

  it('a run without a baseline shows its images and offers to run FP32', async () => {
    const services = await open({ runs: makeRuns().filter(({ settings }) => settings.scheme !== 'none') });
    expect(text('.notice')).toContain('FP32 has not been run');
    expect(all('.images-page [role=option]')[0]?.textContent).toBe('T-shirtW4A4Trouser0.75');
    expect(all('.counts label.on').map((label) => label.className)).toEqual(['all on']);
    await click(button('Run FP32'));
    expect(asked(services, 'evaluation.run').at(-1)).toMatchObject({ models: [vit.file], schemes: [], withFp32: true, arithmetic: 'fp32' });
  });

  it('a run without images yet', async () => {
    await open({ runs: [...makeRuns().filter(({ id }) => id !== 'r-m-vit-BitLog2_Half_17'), makeRun(vit, 'BitLog2_Half_17', { images: 0, state: 'calibrating', top1: null })] });
    expect(text('.images-page .obstacle')).toContain('The run is calibrating');
  });
});

describe('in Korean', () => {
  it('speaks Korean', async () => {
    await open({ info: { locale: 'ko' } });
    expect(text('.images-page')).toContain('비교한 1,000장의 2.0 %');
    expect(text('.verdict .says')).toMatch(/^원인은 blocks\.\d\.attn의 헤드 \d입니다/);
  });
});
