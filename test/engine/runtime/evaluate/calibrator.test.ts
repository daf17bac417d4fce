/** A calibration gives the same parameters wherever its tensors are kept, and never leaves a file behind. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import { rebatch } from '../../../../src/engine/core/graph/rebatch';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { createRandom } from '../../../../src/engine/core/random/random';
import { Calibrator, type CalibrateOptions, type PixelBatch } from '../../../../src/engine/runtime/evaluate/calibrator';
import { scratchFileSystem, type ScratchFileSystem } from '../../../../src/engine/runtime/evaluate/scratch-file-system';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { fail } from '../../../../src/shared/failure';
import { rejection } from '../../../helpers/failure-of';
import { smallSwin, smallVit } from '../../../helpers/small-project';

const settings: QuantizerSettings = { scheme: 'BitLog2_Half_17', wBits: 4, aBits: 4 };
const quiet = { poll: () => undefined, onSite: () => undefined };
let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'bitlog2-calibrator-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

function pixelBatches(images: number, batch: number): PixelBatch[] {
  const random = createRandom(6);
  const pictures = Array.from({ length: images }, () => Float32Array.from({ length: 3 * 32 * 32 }, () => random.normal()));
  return Array.from({ length: Math.ceil(images / batch) }, (_, index) => {
    const own = pictures.slice(index * batch, (index + 1) * batch);
    const pixels = new Float32Array(batch * 3 * 32 * 32);
    for (let slot = 0; slot < batch; slot++) pixels.set(own[Math.min(slot, own.length - 1)] ?? [], slot * 3 * 32 * 32);
    return { pixels, valid: own.length };
  });
}

/** What the file did, and where. */
interface Traced {
  readonly options: Pick<CalibrateOptions, 'scratch'>;
  readonly steps: string[];
}

function traced(change: Partial<ScratchFileSystem> = {}): Traced {
  const steps: string[] = [];
  const files: ScratchFileSystem = {
    ...scratchFileSystem,
    create: (path) => {
      steps.push('create');
      return scratchFileSystem.create(path);
    },
    close: (file) => {
      steps.push('close');
      scratchFileSystem.close(file);
    },
    ...change,
  };
  return { options: { scratch: { folder, files } }, steps };
}

describe.each([['ViT', smallVit], ['Swin', smallSwin]])('a small %s', (_name, graph) => {
  let model: ImportedModel;
  const calibrators = new Map<string, Calibrator>();

  beforeAll(async () => { model = await importGraph(graph()); });
  afterAll(async () => { for (const calibrator of calibrators.values()) await calibrator.release(); });

  async function calibrator(batch: number, rounding: number | null = null): Promise<Calibrator> {
    const key = `${batch} ${rounding}`;
    const found = calibrators.get(key) ?? (await Calibrator.create(batch === 1 ? model.graph : rebatch(model.graph, batch), model.structure, { wBits: 4, batch, threads: 1, rounding }, quiet.poll));
    calibrators.set(key, found);
    return found;
  }

  async function calibrate(batch: number, images: number, change: Partial<CalibrateOptions>, what: Partial<QuantizerSettings> = {}, rounding: number | null = null): Promise<NetworkParameters> {
    return (await calibrator(batch, rounding)).calibrate({ ...settings, ...what }, pixelBatches(images, batch), { ...quiet, ...change });
  }

  it.each([[1, 5], [3, 7]])('at batch %i finds the same on %i images whatever stays in memory', async (batch, images) => {
    const all = await calibrate(batch, images, {});
    for (const memory of [{ images: 0, bytes: 0 }, { images: 1, bytes: 1e9 }, { images: 4, bytes: 1e9 }, { images: 1000, bytes: 30_000 * batch }]) {
      const { options, steps } = traced();
      expect(await calibrate(batch, images, { ...options, memory })).toEqual(all);
      expect(steps).toEqual(['create', 'close']);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it.each<Partial<QuantizerSettings>>([{ scheme: 'Sqrt2_17' }, { scheme: 'none' }, { aBits: 32 }, { aBits: 8, scheme: 'Sqrt2_16' }])('and under %o', async (what) => {
    expect(await calibrate(1, 4, { ...traced().options, memory: { images: 1, bytes: 1e9 } }, what)).toEqual(await calibrate(1, 4, {}, what));
  });

  it('and in another realisation of rounding', async () => {
    const all = await calibrate(1, 4, {}, {}, 3);
    expect(await calibrate(1, 4, { ...traced().options, memory: { images: 1, bytes: 1e9 } }, {}, 3)).toEqual(all);
    expect(all).not.toEqual(await calibrate(1, 4, {}));
  });

  it('makes no file for 32 images', async () => {
    const { options, steps } = traced();
    await calibrate(3, 32, options);
    expect(steps).toEqual([]);
  });

  it('leaves the pictures of the caller as they are', async () => {
    const batches = pixelBatches(2, 1);
    const before = batches.map(({ pixels }) => pixels.slice());
    await (await calibrator(1)).calibrate(settings, batches, quiet);
    expect(batches.map(({ pixels }) => pixels)).toEqual(before);
  });

  it('stopped anywhere, it removes its file and can be asked again', async () => {
    const memory = { images: 1, bytes: 1e9 };
    let total = 0;
    const all = await calibrate(1, 3, { ...traced().options, memory, poll: () => void total++ });
    for (const stopAt of [2, Math.floor(total / 4), Math.floor(total / 2), total]) {
      const { options, steps } = traced();
      let polls = 0;
      const poll = (): void => {
        if (++polls === stopAt) throw fail('stopped', 'stopped by the test');
      };
      expect(await rejection(calibrate(1, 3, { ...options, memory, poll }))).toMatchObject({ kind: 'stopped' });
      expect(steps).toEqual(['create', 'close']);
      expect(readdirSync(folder)).toEqual([]);
    }
    expect(await calibrate(1, 3, { ...traced().options, memory })).toEqual(all);
  });

  it('on a disk that fills up it says so and removes its file', async () => {
    const memory = { images: 1, bytes: 1e9 };
    let writes = 0;
    await calibrate(1, 4, { memory, scratch: { folder, files: { ...scratchFileSystem, write: (...args) => (writes++, scratchFileSystem.write(...args)) } } });
    for (const failing of [1, Math.floor(writes / 2), writes]) {
      let count = 0;
      const { options, steps } = traced({
        write: (...args) => {
          if (++count === failing) throw new Error('ENOSPC: no space left on device, write');
          return scratchFileSystem.write(...args);
        },
      });
      expect(await rejection(calibrate(1, 4, { ...options, memory }))).toMatchObject({ kind: 'disk-full', file: folder, next: expect.stringContaining('--calib-batchsize') });
      expect(steps).toEqual(['create', 'close']);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('a failure of the pictures removes the file too', async () => {
    const { options, steps } = traced();
    function* pictures(): Generator<PixelBatch> {
      yield* pixelBatches(3, 1);
      throw fail('calibration', 'no more pictures');
    }
    expect(await rejection((await calibrator(1)).calibrate(settings, pictures(), { ...quiet, ...options, memory: { images: 1, bytes: 1e9 } }))).toMatchObject({ what: 'no more pictures' });
    expect(steps).toEqual(['create', 'close']);
  });

  it('values that cannot be quantised are refused with their site, from the file too', async () => {
    const batches = pixelBatches(3, 1);
    const last = batches.at(-1);
    if (last !== undefined) last.pixels[7] = NaN;
    for (const memory of [{ images: 32, bytes: 1e9 }, { images: 1, bytes: 1e9 }]) {
      const { options } = traced();
      const failure = await rejection((await calibrator(1)).calibrate(settings, batches, { ...quiet, ...options, memory }));
      expect(failure).toMatchObject({ kind: 'calibration', what: `Cannot quantise: element ${2 * 3 * 32 * 32 + 7} is NaN`, place: 'patch_embed.proj input' });
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a disk with too little space', () => {
  it('is refused before the first segment, once the pictures are there', async () => {
    const sites: number[] = [];
    const { options, steps } = traced({ freeBytes: () => 1000 });
    const model = await importGraph(smallSwin());
    const calibrator = await Calibrator.create(model.graph, model.structure, { wBits: 4, batch: 1, threads: 1, rounding: null }, quiet.poll);
    const failure = await rejection(calibrator.calibrate(settings, pixelBatches(40, 1), { ...quiet, ...options, onSite: (done) => sites.push(done) }));
    await calibrator.release();
    expect(failure).toMatchObject({ kind: 'disk-full', file: folder, expected: expect.stringMatching(/^0\.\d MB for its temporary file/) });
    expect(sites).toEqual([]);
    expect(steps).toEqual(['create', 'close']);
  });
});
