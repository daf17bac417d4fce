/** The layers page's questions asked of a real engine: what is stored, what a stop keeps, and that workers do not matter. */
import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../src/engine';
import { rowOf, worstSites } from '../../../../src/engine/runtime/pages/layers-rows';
import { chunksOf } from '../../../../src/engine/runtime/pages/layers-sample';
import { sampleBatches } from '../../../../src/engine/runtime/pages/sample';
import type { Sensitivity, SensitivityEvent, SensitivityRow } from '../../../../src/shared/layers';
import { failureKind } from '../../../helpers/failure-of';
import { smallEngine } from '../../../helpers/small-engine';
import { picture, smallProject, smallSpec, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('layers');
const workspace = project.path('layers.bitlog2');
const images = 18;
const scheme = 'BitLog2_Half_17';
let runs: Readonly<Record<string, string>>;

/** Each time on a workspace of its own, unless one is given. */
async function withEngine<T>(workers: number, work: (engine: Engine) => Promise<T>, file = untouched()): Promise<T> {
  const engine = smallEngine(file, workers);
  try {
    await engine.call('workspace.open', { file });
    return await work(engine);
  } finally {
    await engine.close();
  }
}

let copies = 0;

/** A copy of the workspace as it was after the runs: nothing is answered in it. */
function untouched(): string {
  const file = project.path(`copy-${copies++}.bitlog2`);
  copyFileSync(workspace, file);
  return file;
}

beforeAll(async () => {
  const dataset = project.pictures('data/val', images).replace(/\/val$/, '');
  project.pictures('data/train', 12, 9);
  // In the sample of all images, and skipped there.
  project.file('data/val/basket/0001.png', picture(3).slice(0, 300));
  const models = [project.model('vit.onnx', smallVit()), project.model('swin.onnx', smallSwin())];
  runs = await withEngine(2, async (engine) => {
    const { runs: all } = await engine.call('evaluation.run', smallSpec(models, dataset, { schemes: [scheme], workers: 2 }));
    const integer = await engine.call('evaluation.run', smallSpec(models.slice(0, 1), dataset, { schemes: [scheme], arithmetic: 'integer', withFp32: false, batch: 4, workers: 2 }));
    return Object.fromEntries([...all, ...integer.runs].map(({ run }) => [`${run.modelName} ${run.settings.arithmetic}`, run.id]));
  }, workspace);
});
afterAll(() => project.remove());

const runOf = (name: string): string => {
  const id = runs[name];
  if (id === undefined) throw new Error(`no run ${name} among ${Object.keys(runs).join(', ')}`);
  return id;
};

describe('errors', () => {
  it('are asked of the workers once, with progress, whatever the number of workers', async () => {
    const runId = runOf('swin reference');
    const events: { done: number; total: number }[] = [];
    const first = await withEngine(2, async (engine) => {
      const found = await engine.call('layers.errors', { runId, images: 6 }, { onEvent: (event) => events.push(event) });
      events.push({ done: -1, total: -1 });
      expect(await engine.call('layers.errors', { runId, images: 6 }, { onEvent: (event) => events.push(event) })).toEqual(found);
      expect((await engine.call('layers.stored', { runId })).errors).toEqual([found]);
      return found;
    });
    // Five segments of six batches; the stored answer has no progress.
    expect(events[0]).toEqual({ kind: 'progress', done: 0, total: 30 });
    expect(events.at(-2)).toEqual({ kind: 'progress', done: 30, total: 30 });
    expect(events.at(-1)).toEqual({ done: -1, total: -1 });
    expect(first.images).toBe(6);
    expect(first.sites.map(({ site }) => site).slice(0, 3)).toEqual(['patch_embed.proj', 'layers.0.blocks.0.attn.qkv', 'layers.0.blocks.0.attn.matmul1']);
    expect(await withEngine(1, (engine) => engine.call('layers.errors', { runId, images: 6 }))).toEqual(first);
  });

  it('leave out images that cannot be read', async () => {
    const found = await withEngine(2, (engine) => engine.call('layers.errors', { runId: runOf('vit reference'), images: 1000 }));
    expect([found.images, found.skipped]).toEqual([images - 1, 1]);
  });

  it('of an integer run say which arithmetic each site has', async () => {
    const { sites, images: counted } = await withEngine(1, (engine) => engine.call('layers.errors', { runId: runOf('vit integer'), images: 5 }));
    // Whole batches of four.
    expect(counted).toBeGreaterThanOrEqual(5);
    expect(new Set(sites.map(({ arithmetic }) => arithmetic))).toContain('integer');
    for (const site of sites) expect(site.local?.relativeL2).toBeGreaterThan(0);
  });

  it('stop when they are told to', async () => {
    const controller = new AbortController();
    const asked = withEngine(1, (engine) => engine.call('layers.errors', { runId: runOf('vit reference'), images: 11 }, { signal: controller.signal, onEvent: () => controller.abort() }));
    expect(await failureKind(asked)).toBe('stopped');
  });

  it('are for quantised runs of the workspace', async () => {
    await withEngine(1, async (engine) => {
      expect(await failureKind(engine.call('layers.errors', { runId: runOf('vit fp32'), images: 4 }))).toBe('settings');
      expect(await failureKind(engine.call('layers.errors', { runId: 'none', images: 4 }))).toBe('not-found');
      expect(await failureKind(engine.call('layers.stored', { runId: 'none' }))).toBe('not-found');
    });
  });
});

describe('a histogram', () => {
  it('is computed once for a site and an operand that there are', async () => {
    const runId = runOf('vit reference');
    await withEngine(1, async (engine) => {
      const question = { runId, site: 'blocks.0.attn.matmul2', operand: 'A', images: 4, scale: 'log2' } as const;
      const found = await engine.call('layers.histogram', question);
      expect(found.counts.length).toBe(256);
      expect(found.counts.reduce((a, b) => a + b, 0) + found.outside).toBe(4 * 2 * 17 * 17);
      expect(await engine.call('layers.histogram', question)).toEqual(found);
      expect((await engine.call('layers.histogram', { ...question, site: 'head', operand: 'weight' })).images).toBe(0);
      expect(await failureKind(engine.call('layers.histogram', { ...question, site: 'blocks.9.attn.proj' }))).toBe('not-found');
      expect(await failureKind(engine.call('layers.histogram', { ...question, operand: 'weight' }))).toBe('not-found');
    });
  });
});

describe('sensitivity', () => {
  it('has at its ends the FP32 run and the run itself', async () => {
    await withEngine(2, async (engine) => {
      for (const name of ['vit reference', 'vit integer']) {
        const runId = runOf(name);
        const found = await engine.call('layers.sensitivity', { runId, images: 1000, kind: 'on-alone', top: null });
        const { predictions } = await engine.call('run.predictions', { runId, offset: 0, count: 100 });
        const float = await engine.call('run.predictions', { runId: runOf('vit fp32'), offset: 0, count: 100 });
        const best = new Map(float.predictions.map(({ index, top5 }) => [index, top5[0]]));
        const percent = (count: number): number => (100 * count) / predictions.length;
        expect(found.full).toMatchObject({ images: images - 1, top1: percent(predictions.filter(({ correct }) => correct).length) });
        expect(found.full.agreement).toBeCloseTo(predictions.filter(({ index, top5 }) => best.get(index) === top5[0]).length / predictions.length, 12);
        expect(found.float).toMatchObject({ kl: 0, agreement: 1, top1: percent(float.predictions.filter(({ correct }) => correct).length) });
        expect(found.rows.length).toBe(20);
        expect(found.rows.every(({ kl }) => kl > 0)).toBe(true);
        expect(found.work.withoutReuse).toBeGreaterThan(found.work.segments);
      }
    });
  });

  it('does not depend on the number of workers, and tells its rows', async () => {
    const runId = runOf('swin reference');
    const question = { runId, images: 6, kind: 'off-alone', top: { sites: 2, images: null } } as const;
    const ask = (workers: number): Promise<{ found: Sensitivity; events: SensitivityEvent[] }> => withEngine(workers, async (engine) => {
      const events: SensitivityEvent[] = [];
      const found = await engine.call('layers.sensitivity', question, { onEvent: (event) => events.push(event) });
      return { found, events };
    });
    const one = await ask(1);
    expect(one.found.state).toBe('done');
    const told = (kind: 'row' | 'top-row'): SensitivityRow[] => one.events.flatMap((event) => (event.kind === kind ? [event.row] : []));
    expect(told('row')).toEqual(one.found.rows);
    expect(new Set(told('top-row'))).toEqual(new Set(one.found.top.rows));
    expect(one.found.top.rows.map(({ site }) => site)).toEqual(worstSites(one.found.rows, 'off-alone', 2));
    expect(one.found.top.images).toBe(images - 1);
    const progress = one.events.flatMap((event) => (event.kind === 'progress' ? [event] : []));
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
    const two = await ask(2);
    expect(two.found).toEqual(one.found);
  });

  it('keeps the rows that were done when it is stopped, and goes on behind them', async () => {
    const runId = runOf('vit reference');
    const question = { runId, images: 6, kind: 'off-alone', top: { sites: 2, images: 8 } } as const;
    const whole = await withEngine(1, (engine) => engine.call('layers.sensitivity', question));
    const file = untouched();
    const controller = new AbortController();
    const stopped = await withEngine(1, (engine) => engine.call('layers.sensitivity', question, { signal: controller.signal, onEvent: (event) => {
      if (event.kind === 'row' && event.row.site === 'blocks.0.attn.proj') controller.abort();
    } }), file);
    expect(stopped.state).toBe('stopped');
    expect(stopped.rows.length).toBeGreaterThanOrEqual(5);
    expect(stopped.rows.length).toBeLessThan(whole.rows.length);
    expect(stopped.rows).toEqual(whole.rows.slice(0, stopped.rows.length));
    const told: string[] = [];
    const continued = await withEngine(1, async (engine) => {
      expect((await engine.call('layers.stored', { runId })).sensitivity).toEqual([stopped]);
      return engine.call('layers.sensitivity', question, { onEvent: (event) => { if (event.kind === 'row') told.push(event.row.site); } });
    }, file);
    expect(told).toEqual(whole.rows.slice(stopped.rows.length).map(({ site }) => site));
    expect({ ...continued, work: null }).toEqual({ ...whole, work: null });
    // Another number of worst sites begins with the rows that are there.
    const more: string[] = [];
    const wider = await withEngine(1, (engine) => engine.call('layers.sensitivity', { ...question, top: { sites: 3, images: 8 } }, { onEvent: (event) => { if (event.kind !== 'progress') more.push(event.kind); } }), file);
    expect(more).toEqual(['top-row', 'top-row', 'top-row']);
    expect(wider.rows).toEqual(whole.rows);
  });

  it('stopped before it has anything ends as stopped', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await failureKind(withEngine(1, (engine) => engine.call('layers.sensitivity', { runId: runOf('vit reference'), images: 3, kind: 'on-alone', top: null }, { signal: controller.signal })))).toBe('stopped');
  });
});

describe('the sample', () => {
  it('is balanced, nested, and in whole batches', () => {
    const labels = Array.from({ length: 60 }, (_, image) => Math.floor(image / 10));
    for (const count of [6, 12, 30]) {
      const chosen = sampleBatches(labels, 1, count);
      expect(chosen.length).toBe(count);
      expect(new Set(chosen.map((image) => labels[image])).size).toBe(6);
      expect(sampleBatches(labels, 1, 40)).toEqual(expect.arrayContaining(chosen));
    }
    expect(sampleBatches(labels, 4, 10)).toHaveLength(3);
    expect(sampleBatches(labels, 4, null)).toEqual(Array.from({ length: 15 }, (_, batch) => batch));
    expect(sampleBatches(labels, 7, 1000)).toHaveLength(9);
    // The last batch is short: a sample with it has one more.
    for (let count = 1; count <= 60; count++) {
      const held = sampleBatches(labels, 7, count).reduce((sum, batch) => sum + Math.min(7, 60 - 7 * batch), 0);
      expect(held).toBeGreaterThanOrEqual(count);
      expect(held).toBeLessThan(count + 7);
    }
  });

  it('is handed out in pieces for all workers', () => {
    const specs = Array.from({ length: 10 }, (_, batch) => ({ batch, start: batch, files: [], labels: [] }));
    expect(chunksOf(specs, 1, 16, 2).map(({ length }) => length)).toEqual([5, 5]);
    expect(chunksOf(specs, 4, 16, 1).map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(chunksOf(specs, 1, 4, 2).flat()).toEqual(specs);
    expect(chunksOf([], 1, 16, 2)).toEqual([]);
  });
});

describe('rows', () => {
  it('are means over the images, with an interval', () => {
    const float = [{ kl: 0, best: 1 }, { kl: 0, best: 2 }, { kl: 0, best: 3 }, { kl: 0, best: 1 }];
    const row = rowOf('x', [{ kl: 0.5, best: 1 }, { kl: 1, best: 2 }, { kl: 0, best: 1 }, { kl: 0.5, best: 0 }], float, [1, 0, 3, 1]);
    expect(row).toMatchObject({ site: 'x', images: 4, kl: 0.5, agreement: 0.5, top1: 25 });
    expect(row.ci95[0]).toBeGreaterThan(4);
    expect(row.ci95[1]).toBeLessThan(70);
    expect(() => rowOf('x', float, float, [1])).toThrow('4 answers of 1 images');
  });

  it('are worst where one alone hurts most, or its absence heals most', () => {
    const rows = [{ site: 'a', kl: 3 }, { site: 'b', kl: 1 }, { site: 'c', kl: 2 }].map((row) => ({ ...row, images: 1, agreement: 1, top1: 0, ci95: [0, 0] as [number, number] }));
    expect(worstSites(rows, 'on-alone', 2)).toEqual(['a', 'c']);
    expect(worstSites(rows, 'off-alone', 2)).toEqual(['b', 'c']);
  });
});
