/** The window from its first start on: board, a run, failures, the attention page. Long, because every file of the window's tests loads the whole window first, which takes as long as many of its tests. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeIntegerRun, makeRun, makeRuns, vit } from './fixture-data';
import { all, asked, click, closeWorkbench, openWorkbench as open, press, text, type Fixture } from './open-workbench';

// Charts draw on canvases that the test's DOM does not have; their options are tested as data in test/charts.
vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

describe('first start', () => {
  it('opens the sample and measures FP32 and all six schemes without being asked', async () => {
    const services = await open({ empty: true });
    expect(asked(services, 'sample.open')).toHaveLength(1);
    expect(asked(services, 'evaluation.run')).toMatchObject([{ models: ['/sample/fashion_vit.onnx', '/sample/fashion_swin.onnx'], dataset: '/sample/data', withFp32: true, wBits: 4, aBits: 4, limit: null, resume: true }]);
    expect(all('tbody .cell').map((cell) => cell.querySelector('.figure')?.textContent)).toEqual(
      ['90.20', '85.30', '87.10', '83.80', '86.00', '88.00', '89.50', '88.90', '85.96', '87.04', '85.06', '86.38', '87.58', '88.48']);
  });

  it('shows stored results at once the next time, and runs nothing', async () => {
    const services = await open();
    expect(asked(services, 'sample.open')).toEqual([]);
    expect(asked(services, 'evaluation.run')).toEqual([]);
    expect(all('tbody .cell')).toHaveLength(14);
  });

  it('offers the three ways in', async () => {
    const services = await open();
    expect(all('.first button strong').map((element) => element.textContent)).toEqual(['Open an ImageNet folder', 'Add a model', 'Open the sample']);
    await click(all('.first button')[1]);
    expect(services.bridge.calls.map((call) => call.method)).toContain('dialog.models');
  });
});

describe('board', () => {
  it('marks what survives Holm with a filled dot', async () => {
    await open();
    const dots = all('tbody tr:first-child .cell .difference circle').map((dot) => dot.getAttribute('fill'));
    expect(dots).toEqual(['currentColor', 'currentColor', 'currentColor', 'currentColor', 'none', 'none']);
  });

  it('says how partial a figure is while the run goes on', async () => {
    await open({ runs: makeRuns().map((run) => ({ ...run, images: 320, state: 'running' as const })) });
    expect(text('tbody .cell .state')).toBe('320 of 1,000');
    expect(all('tbody .cell .ring')).toHaveLength(14);
  });

  it('shows waiting, calibrating, failed and unmeasured cells for what they are', async () => {
    const runs = [makeRun(vit, 'none', { state: 'failed', top1: null }), makeRun(vit, 'Sqrt2_16', { state: 'calibrating', top1: null }), makeRun(vit, 'Sqrt2_17', { state: 'waiting', top1: null })];
    await open({ runs });
    expect(all('tbody tr:first-child .cell .state').map((state) => state.textContent)).toEqual(['failed', 'calibrating', 'waiting', 'not run', 'not run', 'not run', 'not run']);
  });

  it('fills the inspector with the selected cell, against FP32 and every other scheme', async () => {
    const services = await open();
    await click(all('tbody tr:first-child .cell')[2]);
    expect(text('.inspector h2')).toBe('Sqrt2_17');
    expect(asked(services, 'run.paired').at(-1)).toEqual({ runId: 'r-m-vit-Sqrt2_17' });
    expect(all('.inspector tbody .name').map((row) => row.textContent)).toEqual(['FP32', 'Sqrt2_16', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17']);
  });

  it('moves between cells by arrow keys', async () => {
    await open();
    const cells = all('tbody .cell');
    cells[3]?.focus();
    await press('ArrowRight', {}, document.activeElement ?? document.body);
    expect(document.activeElement).toBe(cells[4]);
    await press('ArrowDown', {}, document.activeElement ?? document.body);
    expect(document.activeElement).toBe(cells[11]);
  });
});

describe('integer arithmetic', () => {
  const runs = [...makeRuns(), makeIntegerRun(vit, 'Sqrt2_17'), makeIntegerRun(vit, 'BitLog2_Half_17', { exact: true, fallbacks: [] })];

  it('has a row of its own, held against reference', async () => {
    await open({ runs });
    expect(all('tbody th.arithmetic').map((name) => name.textContent)).toEqual(['Reference', 'Integer', 'Reference']);
    expect(all('tbody .cell')).toHaveLength(1 + 6 + 6 + 1 + 6);
    const integer = all('tbody tr:nth-child(2) .cell');
    expect(integer.map((cell) => cell.querySelector('.visually-hidden')?.textContent)).toContain('fashion_vit Sqrt2_17 Integer');
    expect(integer[1]?.querySelector('.counterpart')?.textContent?.replace(/\s+/g, ' ').trim()).toMatch(/^to ref\. \+0\.20 −\d\.\d … \+\d\.\d$/);
    expect(all('tbody tr:first-child .counterpart')).toHaveLength(0);
  });

  it('says in the inspector how exact it is, and which site could not be integer', async () => {
    await open({ runs });
    await click(all('tbody tr:nth-child(2) .cell')[1]);
    expect(text('.inspector h2')).toBe('Sqrt2_17Integer');
    const section = all('.inspector section').find((candidate) => candidate.querySelector('h3')?.textContent === 'Integer arithmetic');
    const says = section?.textContent?.replace(/\s+/g, ' ') ?? '';
    expect(says).toContain('+0.20');
    expect(says).toContain('The interval holds zero.');
    expect(says).toContain('Exact but for the sites below');
    expect(says).toContain('blocks.2.mlp.fc2its zero point lies outside the range of a byte');
    expect(text('.context .facts')).toContain('not exact · 1 site in reference');
    await click(all('tbody tr:nth-child(2) .cell')[5]);
    expect(text('.context .facts')).toContain('exact');
    expect(text('.inspector')).toContain('Every site of this network runs in integers.');
    expect(all('.context .pick .value').map((value) => value.textContent)).toEqual(['fashion_vit', 'BitLog2_Half_17', 'FP32']);
    expect(text('.context .pick .note')).toBe('W4A4 · Integer');
  });

  it('is chosen in the dialog', async () => {
    const services = await open({ runs });
    await click(all('.context .run')[0]);
    const dialog = document.querySelector('[role=dialog]');
    await click([...(dialog?.querySelectorAll<HTMLInputElement>('input[type=radio]') ?? [])].find((input) => input.value === 'integer'));
    expect(asked(services, 'evaluation.estimate').at(-1)).toMatchObject({ arithmetic: 'integer' });
    expect(dialog?.textContent).toContain('8-bit integer products');
  });
});

describe('a run', () => {
  it('shows its progress and stops when asked, keeping what it has', async () => {
    let go: () => void = () => undefined;
    const services = await open({ empty: true, pause: () => new Promise((resolve) => { go = resolve; }) });
    expect(text('footer')).toContain('Evaluating');
    expect(text('footer')).toContain('1,400 of 14,000');
    expect(text('footer')).toContain('54 s left');
    await click(all('footer .cancel')[0]);
    expect(text('footer')).toContain('Stopping');
    go();
    await flushPromises();
    expect(text('footer')).toContain('Stopped; what was finished is kept');
    expect(text('tbody .cell .state')).toBe('100 of 1,000');
    expect(asked(services, 'workspace.summary').length).toBeGreaterThan(1);
  });
});

describe('failures', () => {
  it('say what, where, what was expected and what to do, and can be copied', async () => {
    const services = await open({}, ({ bridge }) => { bridge.answers['dialog.models'] = { files: ['/broken.onnx'] }; });
    await click(all('.first button')[1]);
    expect(text('.failure .what')).toBe('Not an ONNX file');
    expect(all('.failure dd').map((value) => value.textContent)).toEqual(['/broken.onnx', 'first bytes', 'an ONNX protobuf', 'Export the model again']);
    await click(all('.failure button')[0]);
    expect(services.bridge.calls.at(-1)).toMatchObject({ method: 'clipboard.details', params: { text: expect.stringContaining('/broken.onnx') } });
  });

  it('speak Korean in a Korean window; the engine’s own words are what is copied', async () => {
    const services = await open({ info: { locale: 'ko' } }, ({ bridge }) => { bridge.answers['dialog.models'] = { files: ['/broken.onnx'] }; });
    await click(all('.first button')[1]);
    expect(text('.failure .what')).toBe('모델 파일을 읽을 수 없습니다');
    expect(all('.failure dt').map((name) => name.textContent)).toEqual(['파일', '위치', '해결 방법']);
    await click(all('.failure button')[0]);
    expect(services.bridge.calls.at(-1)).toMatchObject({ method: 'clipboard.details', params: { text: expect.stringContaining('Not an ONNX file') } });
  });

  it('keep the page when the engine goes away, and open the workspace again when it is back', async () => {
    const services = await open();
    services.engine.setConnection('lost');
    await flushPromises();
    expect(text('footer')).toContain('The engine stopped');
    expect(all('tbody .cell')).toHaveLength(14);
    services.engine.setConnection('connected');
    await flushPromises();
    expect(asked(services, 'workspace.open')).toEqual([{ file: null }, { file: '/home/me/default.bitlog2' }]);
    expect(text('footer')).toContain('Ready');
  });
});

describe('frame', () => {
  it('speaks Korean, and follows theme and menu', async () => {
    const services = await open({ info: { locale: 'ko', theme: 'light' } });
    expect(document.documentElement.dataset['theme']).toBe('light');
    expect(document.documentElement.lang).toBe('ko');
    expect(all('nav .tab').map((tab) => tab.textContent?.trim())).toEqual(['현황판', '레이어', '어텐션', '레벨', '이미지', '보정']);
    services.bridge.send({ kind: 'menu', command: 'toggle-left' });
    const before = all('aside').length;
    await flushPromises();
    expect(all('aside').length).not.toBe(before);
  });

  it('folds both panels and goes back and forward by keys', async () => {
    await open();
    const left = (): number => all('aside').length;
    const start = left();
    await press('b', { ctrlKey: true, shiftKey: true });
    expect(left()).toBe(start - 1);
    await press('b', { ctrlKey: true, shiftKey: true });
    await press('3', { ctrlKey: true });
    expect(all('.attention')).toHaveLength(1);
    await press('ArrowLeft', { altKey: true });
    expect(all('.attention')).toHaveLength(0);
    await press('ArrowRight', { altKey: true });
    expect(all('.attention')).toHaveLength(1);
  });

  it('takes what is dropped for what it is', async () => {
    const services = await open();
    const drop = new Event('drop', { bubbles: true, cancelable: true });
    Object.assign(drop, { dataTransfer: { files: [{ path: '/data/imagenet' }, { path: '/m/vit.onnx' }] } });
    window.dispatchEvent(drop);
    await flushPromises();
    expect(asked(services, 'dataset.add')).toEqual([{ root: '/data/imagenet' }]);
    expect(asked(services, 'model.add')).toEqual([{ file: '/m/vit.onnx' }]);
  });
});

describe('attention', () => {
  async function openAttention(): Promise<Fixture> {
    const services = await open();
    await press('3', { ctrlKey: true });
    await flushPromises();
    return services;
  }

  it('draws three maps, three differences, and every figure of the head', async () => {
    await openAttention();
    expect(all('figure .name').map((name) => name.textContent)).toEqual(['FP32', 'Before quantiser', 'After quantiser', 'Inherited', 'Scheme alone', 'Total']);
    expect(text('.badge.equal')).toBe('equal to the stored run');
    const sections = all('.inspector section');
    expect(sections.map((section) => section.querySelector('h3')?.textContent?.trim())).toEqual(['Prediction', 'Heads of blocks.0.attn', 'Level usage of this head', 'Error of this map', 'Heads of blocks.0.attn']);
    expect(sections[2]?.querySelectorAll('tbody tr')).toHaveLength(17);
    expect(sections[3]?.textContent).toContain('9.4 dB');
  });

  it('moves block and head by arrow keys, one entry of history for a walk, and fills the navigator by itself', async () => {
    const services = await openAttention();
    await press('ArrowRight');
    await press('ArrowDown');
    await press('ArrowDown');
    expect(text('.inspector header')).toBe('fashion_vit · blocks.1.attnHead 2');
    await flushPromises();
    expect(all('.navigator button.unknown')).toHaveLength(0);
    expect(asked(services, 'attention.view').length).toBeGreaterThanOrEqual(6);
    await press('ArrowLeft', { altKey: true });
    expect(text('.inspector header')).toBe('fashion_vit · blocks.0.attnHead 0');
  });

  it('puts FP32 in place of the quantised map while space is held', async () => {
    await openAttention();
    await press(' ');
    expect(all('figure .name')[2]?.textContent).toBe('FP32');
    document.body.dispatchEvent(new KeyboardEvent('keyup', { key: ' ', bubbles: true }));
    await flushPromises();
    expect(all('figure .name')[2]?.textContent).toBe('After quantiser');
  });

  it('selects heads from the damage table, worst first', async () => {
    await openAttention();
    const heads = all('.inspector section:last-child tbody button');
    expect(heads.map((head) => head.textContent)).toEqual(['1', '2', '3', '0']);
    await click(heads[0]);
    expect(text('.inspector h2')).toBe('Head 1');
  });

  it('says why there is no map for FP32, and how to get one', async () => {
    await openAttention();
    await press('1', { ctrlKey: true });
    await click(all('tbody .cell')[0]);
    await press('3', { ctrlKey: true });
    expect(text('.obstacle p')).toContain('FP32 does not quantise');
    await click(all('.obstacle button')[0]);
    expect(all('figure')).toHaveLength(6);
  });
});
