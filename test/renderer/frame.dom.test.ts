/** The frame and the board: choosing runs and baselines, comparing, recents, analyses, reports, keys. Long, because every file of the window's tests loads the whole window first, which takes as long as many of its tests. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseResult } from '../../src/shared/engine-replies';
import { fail } from '../../src/shared/failure';
import { useAnalyses } from '../../src/renderer/src/stores/analyses';
import { useSelection } from '../../src/renderer/src/stores/selection';
import { dataset, makeRun, makeRuns, swin, vit } from './fixture-data';
import { all, asked, click, closeWorkbench, openMenu, openWorkbench as open, press, text } from './open-workbench';

vi.mock('vue-echarts', () => ({ default: { template: '<div class="chart-stub" />', props: ['option'] } }));
afterEach(closeWorkbench);

const plain = makeRun(vit, 'BitLog2_Half_17');
const variant = (id: string, settings: Partial<typeof plain.settings>, created = '2026-01-04T09:12:00.000Z') => ({ ...plain, id, created, top1: 88.4, settings: { ...plain.settings, ...settings } });
const seeded = variant('seed-1', { seed: 1 });
const isolated = variant('isolated', { overrides: { 'blocks.0*': 'fp32', 'head:weight': 8 } });
const cell = (row: number, column: number): HTMLElement | undefined => all(`tbody tr:nth-child(${row}) .cell`)[column];

describe('run and baseline', () => {
  it('offer every place of the row, then the further runs by what is out of the ordinary about them', async () => {
    await open({ runs: [...makeRuns(), seeded, isolated] });
    const entries = await openMenu(all('.context .pick')[1]);
    expect(entries.map((entry) => entry.querySelector('.name')?.textContent)).toEqual([
      'FP32', 'Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16', 'BitLog2_Single_17', 'BitLog2_Half_16', 'BitLog2_Half_17',
      'BitLog2_Half_17 · 2 overrides', 'BitLog2_Half_17 · seed 1',
    ]);
    await click(entries.at(-2));
    expect(useSelection().current).toMatchObject({ runId: 'isolated', scheme: 'BitLog2_Half_17', modelId: vit.id });
    expect(text('.context .facts')).toBe('all 1,000 images · seed 0 · reference draw · 2 overrides');
    expect(text('.inspector h2')).toBe('BitLog2_Half_17 · 2 overrides');
    expect(all('.inspector dl dd').map((value) => value.textContent)).toEqual(expect.arrayContaining(['blocks.0* = fp32', 'head:weight = 8']));
  });

  it('hold a run against any other of its model, and nothing against itself', async () => {
    await open({ runs: [...makeRuns(), seeded] });
    const entries = await openMenu(all('.context .pick')[2]);
    expect(entries.map((entry) => entry.querySelector('.name')?.textContent)).not.toContain('BitLog2_Half_17');
    await click(entries.find((entry) => entry.textContent?.includes('seed 1')));
    expect(useSelection().current.baselineId).toBe('seed-1');
    expect(all('.context .pick .value')[2]?.textContent).toBe('BitLog2_Half_17 · seed 1');
    await click((await openMenu(all('.context .pick')[1])).find((entry) => entry.textContent?.includes('seed 1')));
    expect(useSelection().current).toMatchObject({ runId: 'seed-1', baselineId: null });
  });

  it('FP32 is held against nothing until something is chosen', async () => {
    await open();
    await click(cell(1, 0));
    expect(all('.context .pick .value').map((value) => value.textContent)).toEqual(['fashion_vit', 'FP32', 'nothing']);
    await click((await openMenu(all('.context .pick')[2])).find((entry) => entry.textContent?.includes('Sqrt2_16')));
    expect(useSelection().current.baselineId).toBe('r-m-vit-Sqrt2_16');
    expect(all('.context .pick .value')[2]?.textContent).toBe('Sqrt2_16');
  });

  it('the list of runs marks what stands in no cell, and chooses it by itself', async () => {
    await open({ runs: [plain, seeded] });
    const store = useSelection();
    // The list is virtual and this DOM has no heights: what a click does is asked of the rows that exist.
    for (const entry of all('.runs .entry')) if (entry.querySelector('.variant') !== null) await click(entry);
    if (all('.runs .variant').length > 0) expect(store.current.runId).toBe('seed-1');
  });
});

describe('comparing cells', () => {
  it('Ctrl and a click hold exactly the chosen cells against each other', async () => {
    const services = await open();
    await click(cell(1, 2));
    await click(cell(1, 6), { ctrlKey: true });
    expect(asked(services, 'board.compare')).toEqual([{ runIds: ['r-m-vit-Sqrt2_17', 'r-m-vit-BitLog2_Half_17'] }]);
    expect(text('.inspector h2')).toBe('2 runs compared');
    expect(text('.inspector .pair th')).toBe('BitLog2_Half_17 − Sqrt2_17');
    expect(all('.inspector .pair td.number').map((value) => value.textContent?.trim())).toEqual([expect.stringMatching(/^0\.\d{3}$|^< 0\.001$/), '15/39/7', '263']);
    expect(all('.cell.compared')).toHaveLength(2);
    await click(cell(1, 6), { ctrlKey: true });
    expect(all('.cell.compared')).toHaveLength(0);
    expect(text('.inspector h2')).toBe('Sqrt2_17');
  });

  it('Shift takes everything between, keys do the same, Escape and a plain click end it', async () => {
    const services = await open();
    await click(cell(1, 1));
    await click(cell(2, 3), { shiftKey: true });
    expect(asked(services, 'board.compare').at(-1)).toEqual({ runIds: ['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16'].flatMap((scheme) => [`r-m-vit-${scheme}`]).concat(['Sqrt2_16', 'Sqrt2_17', 'BitLog2_Single_16'].map((scheme) => `r-m-swin-${scheme}`)) });
    cell(2, 3)?.focus();
    await press('Escape');
    expect(all('.cell.compared')).toHaveLength(0);
    cell(1, 1)?.focus();
    await press('ArrowRight', { shiftKey: true });
    await press('ArrowRight', { shiftKey: true });
    expect(all('.cell.compared')).toHaveLength(3);
    await press(' ', { ctrlKey: true });
    expect(all('.cell.compared')).toHaveLength(2);
    await click(cell(2, 1));
    expect(all('.cell.compared')).toHaveLength(0);
    expect(text('.inspector header p')).toBe(swin.name);
  });

  it('says so when the chosen runs share nothing', async () => {
    await open({ runs: [makeRun(vit, 'Sqrt2_17'), makeRun(swin, 'BitLog2_Half_17')] });
    await click(cell(1, 2));
    await click(cell(2, 6), { ctrlKey: true });
    expect(text('.inspector section')).toContain('no image in common');
  });
});

describe('the board', () => {
  it('shows an interval that narrows while a run goes on, and says how partial the figure is', async () => {
    await open({ runs: [makeRun(vit, 'Sqrt2_17', { images: 100, state: 'running', top1: 80, top1Ci95: [71, 87] })] });
    const interval = cell(1, 2)?.querySelector('.bar .interval');
    expect([interval?.getAttribute('x'), interval?.getAttribute('width')]).toEqual(['71', '16']);
    expect(cell(1, 2)?.textContent).toContain('100 of 1,000');
    closeWorkbench();
    await open({ runs: [makeRun(vit, 'Sqrt2_17')] });
    expect(all('.cell .bar')).toHaveLength(0);
  });

  it('leads from a run to every page that looks into it', async () => {
    await open();
    await click(cell(2, 2));
    expect(all('.inspector .links button').map((link) => link.textContent)).toEqual(['Layers', 'Attention', 'Levels', 'Images', 'Calibration']);
    await click(all('.inspector .links button')[3]);
    expect(useSelection().current).toMatchObject({ page: 'images', modelId: swin.id, scheme: 'Sqrt2_17' });
  });

  it('saves a report of the board, or of a run with what it is held against', async () => {
    const services = await open();
    await click(all('.matrix > header button').find((button) => button.textContent?.includes('Report')));
    await vi.waitFor(() => expect(services.bridge.calls.at(-1)).toMatchObject({ method: 'file.save', params: { name: 'default.report.html', kind: 'html', data: expect.stringMatching(/^<!doctype html>/) } }));
    await click(all('.inspector button').find((button) => button.textContent?.includes('Report')));
    expect(asked(services, 'report.data')).toEqual([{ datasetId: 'd-sample', runs: [] }, { datasetId: 'd-sample', runs: [{ runId: plain.id, againstId: null }] }]);
  });
});

describe('the baseline of the board', () => {
  it('is another column when one is chosen, and the engine is asked for it', async () => {
    const services = await open();
    const entries = await openMenu(all('.against .pick')[0]);
    await click(entries.find((entry) => entry.textContent?.includes('Sqrt2_17')));
    expect(asked(services, 'board.get').at(-1)).toEqual({ datasetId: 'd-sample', baseline: 'Sqrt2_17' });
    expect(all('.against .pick .value')[0]?.textContent).toBe('Sqrt2_17');
  });
});

describe('recents', () => {
  const recents = [{ kind: 'model' as const, path: '/gone/vit.onnx' }, { kind: 'workspace' as const, path: '/here/other.bitlog2' }];

  it('mark what is missing and offer to find it or to forget it', async () => {
    const services = await open({ info: { recents } }, ({ bridge }) => {
      bridge.answers['recents.check'] = { missing: ['/gone/vit.onnx'] };
      bridge.answers['recents.remove'] = { recents: [recents[1]] };
    });
    const rows = all('aside .recents li');
    expect(rows.map((row) => row.className)).toEqual(['missing', '']);
    expect(rows[0]?.textContent).toContain('not found where it was');
    expect([...(rows[0]?.querySelectorAll('button') ?? [])].map((button) => button.textContent)).toEqual(['Locate…', 'Remove from the list']);
    await click(rows[0]?.querySelectorAll('button')[1]);
    expect(services.bridge.calls.at(-1)).toEqual({ method: 'recents.remove', params: { kind: 'model', path: '/gone/vit.onnx' } });
    expect(all('aside .recents li')).toHaveLength(1);
  });

  it('locating opens the new place', async () => {
    const services = await open({ info: { recents: [{ kind: 'dataset', path: '/gone/imagenet' }] } }, ({ bridge }) => {
      bridge.answers['recents.check'] = { missing: ['/gone/imagenet'] };
      bridge.answers['dialog.dataset'] = { folder: '/now/imagenet' };
    });
    await click(all('aside .recents button')[0]);
    expect(asked(services, 'dataset.add')).toEqual([{ root: '/now/imagenet' }]);
    expect(services.bridge.calls.map(({ method }) => method)).toEqual(expect.arrayContaining(['recents.add', 'recents.remove']));
  });
});

describe('long questions', () => {
  it('show how far they are in the status bar, can be stopped there, and are kept in the drawer', async () => {
    const services = await open();
    let release: () => void = () => undefined;
    const original = services.engine.call.bind(services.engine);
    services.engine.call = async (method, params, options = {}) => {
      if (method !== 'run.band') return original(method, params, options);
      Reflect.apply(options.onEvent ?? (() => undefined), undefined, [{ kind: 'progress', done: 3, total: 12 }]);
      await new Promise<void>((resolve) => { release = resolve; });
      throw fail(options.signal?.aborted === true ? 'stopped' : 'calibration', 'The site has no finite value', { place: 'blocks.3.mlp.fc2' });
    };
    const analyses = useAnalyses();
    const first = analyses.start('run.band', { runId: 'x' }, { title: 'Errors of all sites' });
    await flushPromises();
    expect(text('footer')).toContain('Errors of all sites3 of 12');
    await click(all('footer .cancel')[0]);
    release();
    await first;
    expect(analyses.analyses[0]?.state).toBe('stopped');
    const second = analyses.start('run.band', { runId: 'x' }, { title: 'Sensitivity' });
    await flushPromises();
    release();
    await second;
    await flushPromises();
    expect(text('footer .bad')).toContain('The site has no finite value');
    expect(all('.drawer .analysis h3').map((title) => title.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['Sensitivity failed3 of 12', 'Errors of all sites stopped3 of 12']);
    expect(text('.drawer .failure')).toContain('blocks.3.mlp.fc2');
    expect(text('.drawer .failure')).toContain('Copy details');
  });
});

describe('keys of the frame', () => {
  it('open the sheet of shortcuts, from the same table', async () => {
    await open();
    await press('?', { shiftKey: true }, document.body);
    expect(text('[role=dialog] h2')).toBe('Keyboard shortcuts');
    expect(all('[role=dialog] kbd').map((key) => key.textContent)).toEqual(expect.arrayContaining(['Ctrl+1', 'Ctrl+6', 'Ctrl+Shift+B', 'F6', '?', 'Ctrl+/', 'Shift+↓']));
    expect(all('[role=dialog] dd').every((says) => (says.textContent ?? '').length > 0)).toBe(true);
  });

  it('F6 goes from one part of the window to the next and back', async () => {
    await open();
    const region = (): string | undefined => document.activeElement?.closest<HTMLElement>('[data-region]')?.className.split(' ')[0];
    const seen: (string | undefined)[] = [];
    for (let step = 0; step < 6; step++) {
      await press('F6', {}, document.body);
      seen.push(region());
    }
    expect(new Set(seen).size).toBeGreaterThanOrEqual(5);
    const last = seen.at(-1);
    await press('F6', { shiftKey: true }, document.body);
    expect(region()).toBe(seen.at(-2));
    expect(region()).not.toBe(last);
  });

  it('arrows go from entry to entry of the workspace', async () => {
    await open();
    const entries = all('aside button.entry');
    entries[0]?.focus();
    await press('ArrowDown');
    await press('ArrowDown');
    expect(document.activeElement).toBe(entries[2]);
    await press('ArrowUp');
    expect(document.activeElement).toBe(entries[1]);
  });

  it('sections of the workspace fold', async () => {
    await open();
    const models = all('.part .fold')[0];
    expect(models?.getAttribute('aria-expanded')).toBe('true');
    await click(models);
    expect(models?.getAttribute('aria-expanded')).toBe('false');
    expect(text('.part .body .entry')).not.toContain('fashion_vit');
  });
});

describe('removing from the workspace', () => {
  it('asks first, says what goes along, and shows what is left', async () => {
    const services = await open();
    const left = { file: '/home/me/default.bitlog2', models: [swin], datasets: [dataset], runs: makeRuns([swin]) };
    const original = services.engine.call.bind(services.engine);
    const removed: unknown[] = [];
    services.engine.call = async (method, params, options) => {
      if (method !== 'workspace.remove') return original(method, params, options);
      removed.push(params);
      return parseResult(method, left);
    };
    const entry = all('.part .entry').find((element) => element.textContent?.includes('fashion_vit'));
    entry?.focus();
    await press('Delete');
    expect(text('[role=alertdialog] h2')).toBe('Remove fashion_vit from the workspace?');
    expect(text('[role=alertdialog] p')).toContain('7 runs go with it');
    expect(removed).toEqual([]);
    await click(all('[role=alertdialog] button').find((button) => button.textContent === 'Remove'));
    expect(removed).toEqual([{ kind: 'model', id: vit.id }]);
    expect(document.querySelector('[role=alertdialog]')).toBeNull();
    expect(all('.part .entry .name').map((name) => name.textContent)).not.toContain('fashion_vit');
  });

  it('changes nothing when one thinks better of it, by the button beside the entry too', async () => {
    const services = await open();
    await click(all('.part .remove button').find((button) => button.getAttribute('aria-label') === 'Remove sample from the workspace…'));
    expect(text('[role=alertdialog] p')).toContain('14 runs go with it, figures and all; the pictures stay');
    await click(all('[role=alertdialog] button').find((button) => button.textContent === 'Close'));
    expect(document.querySelector('[role=alertdialog]')).toBeNull();
    expect(asked(services, 'workspace.remove')).toEqual([]);
  });
});

describe('names', () => {
  const write = async (name: string): Promise<void> => {
    const input = document.querySelector<HTMLInputElement>('[role=dialog] input');
    if (input === null) throw new Error('nothing to write into');
    input.value = name;
    input.dispatchEvent(new Event('input'));
    document.querySelector('[role=dialog] form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await flushPromises();
  };

  it('of a model are changed by its button, shown everywhere, and taken back by an empty one', async () => {
    const services = await open();
    await click(document.querySelector('[aria-label="Rename fashion_vit…"]'));
    await write('  ours ');
    expect(asked(services, 'workspace.rename')).toMatchObject([{ kind: 'model', id: vit.id }]);
    await vi.waitFor(() => expect(text('.panel')).toContain('ours'));
    expect(text('tbody')).toContain('ours');
    await click(document.querySelector('[aria-label^="Rename"][aria-label*="ours"]'));
    await write('');
    expect(text('tbody')).toContain('fashion_vit');
  });

  it('of a run stand in its place in menus; F2 asks for one', async () => {
    const services = await open({ runs: [...makeRuns(), { ...seeded, title: 'before the fix' }] });
    expect((await openMenu(all('.context .pick')[1])).map((entry) => entry.querySelector('.name')?.textContent)).toContain('before the fix · seed 1');
    await press('Escape');
    const entry = all('.panel .entry')[0];
    await press('F2', {}, entry);
    expect(text('[role=dialog] h2')).toContain('Another name for');
    await write('swin');
    expect(asked(services, 'workspace.rename')).toMatchObject([{ kind: 'model', name: 'swin' }]);
  });
});

describe('tables of the workspace', () => {
  it('are written where the person says', async () => {
    const services = await open({}, ({ bridge }) => { bridge.answers['dialog.export'] = { file: '/out/runs.csv' }; });
    services.bridge.send({ kind: 'menu', command: 'export-data' });
    await flushPromises();
    const dialog = document.querySelector('[role=dialog]');
    await click([...(dialog?.querySelectorAll<HTMLInputElement>('input[type=radio]') ?? [])].find((input) => input.value === 'csv'));
    await click([...(dialog?.querySelectorAll('button') ?? [])].find((button) => button.textContent?.includes('Write')));
    expect(services.bridge.calls.at(-1)).toEqual({ method: 'dialog.export', params: { name: 'default.runs', format: 'csv' } });
    expect(asked(services, 'workspace.export')).toEqual([{ table: 'runs', format: 'csv', file: '/out/runs.csv' }]);
    expect(dialog?.textContent).toContain('14 rows written to /out/runs.csv');
  });
});
