/** A small invented workspace for tests and previews of the window: figures obey the arithmetic between them, nothing is measured. */
import type { AttentionHeads, AttentionView, PictureRecord } from '../../src/shared/attention';
import type { Board, BoardCell, DatasetRecord, ModelRecord, PairedResult, Prediction, RunRecord, WorkspaceSummary } from '../../src/shared/records';
import type { SchemeId } from '../../src/shared/settings';
import { logSchemeIds } from '../../src/shared/settings';

/** A small generator of repeatable numbers in 0..1. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

export const vit: ModelRecord = {
  id: 'm-vit', name: 'fashion_vit', file: '/sample/fashion_vit.onnx', hash: 'a1', family: 'vit', parameters: 812_000, inputSize: 56, classes: 10,
  blocks: Array.from({ length: 6 }, (_, index) => ({ name: `blocks.${index}.attn`, heads: 4, tokens: 197 })), notes: [],
};

export const swin: ModelRecord = {
  id: 'm-swin', name: 'fashion_swin', file: '/sample/fashion_swin.onnx', hash: 'b2', family: 'swin', parameters: 640_000, inputSize: 56, classes: 10,
  blocks: [
    { name: 'layers.0.blocks.0.attn', heads: 2, tokens: 49 }, { name: 'layers.0.blocks.1.attn', heads: 2, tokens: 49 },
    { name: 'layers.1.blocks.0.attn', heads: 4, tokens: 49 }, { name: 'layers.1.blocks.1.attn', heads: 4, tokens: 49 },
  ],
  notes: ['Preprocessing from the model file (bitlog2.preprocess)'],
};

const classNames = ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];

export const dataset: DatasetRecord = {
  id: 'd-sample', name: 'sample', root: '/sample/data', layout: 'train/val', labelSet: 'folders', hash: 'c3',
  classes: classNames.map((name, label) => ({ folder: `${label}_${name}`, name, label })), trainImages: 128, valImages: 1000, notes: [],
};

const preprocess = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], cropPct: 1, interpolation: 'bicubic' } as const;

export function makeRun(model: ModelRecord, scheme: SchemeId, patch: Partial<RunRecord> = {}): RunRecord {
  const fp32 = scheme === 'none';
  const loss: Record<SchemeId, number> = { none: 0, Sqrt2_16: 4.9, Sqrt2_17: 3.1, BitLog2_Single_16: 6.4, BitLog2_Single_17: 4.2, BitLog2_Half_16: 2.2, BitLog2_Half_17: 0.7 };
  const top1 = (model === vit ? 90.2 : 88.9) - loss[scheme] * (model === vit ? 1 : 0.6);
  const half = 1.96 * Math.sqrt((top1 / 100) * (1 - top1 / 100) / 1000) * 100;
  return {
    id: `r-${model.id}-${scheme}`, modelId: model.id, modelName: model.name, datasetId: dataset.id,
    settings: {
      scheme, wBits: fp32 ? 32 : 4, aBits: fp32 ? 32 : 4, arithmetic: fp32 ? 'fp32' : 'reference', calibrationImages: 32, seed: 0, batch: 1, limit: null,
      preprocess: { ...preprocess, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }, calibrationList: null, imageList: null,
    },
    state: 'done', images: 1000, total: 1000, skipped: 0, top1, top5: Math.min(99.9, top1 + 9), top1Ci95: [top1 - half, top1 + half], loss: 0.31 + loss[scheme] / 30,
    seconds: { calibration: fp32 ? 0 : 1.8, evaluation: 11.4 }, created: '2026-01-05T09:12:00.000Z', failure: null, exact: null, fallbacks: [], ...patch,
  };
}

/** The same scheme in integer arithmetic: nearly the same figure, one site that could not be integer. */
export function makeIntegerRun(model: ModelRecord, scheme: SchemeId, patch: Partial<RunRecord> = {}): RunRecord {
  const run = makeRun(model, scheme, { id: `r-${model.id}-${scheme}-integer` });
  return {
    ...run, settings: { ...run.settings, arithmetic: 'integer' }, top1: (run.top1 ?? 0) + 0.2, exact: false,
    fallbacks: [{ site: 'blocks.2.mlp.fc2', reason: 'its zero point lies outside the range of a byte' }], ...patch,
  };
}

/** a minus b, from how many images only one of them gets right. */
export function makePaired(a: RunRecord, b: RunRecord, lost: number, gained: number): PairedResult {
  const difference = ((gained - lost) / 1000) * 100;
  const half = 1.96 * Math.sqrt(lost + gained) / 10;
  const p = Math.min(1, Math.exp(-((lost - gained) ** 2) / (2 * (lost + gained))));
  return {
    a: a.id, b: b.id, images: 1000, difference, ci95: [difference - half, difference + half], mcnemarP: p, holmP: Math.min(1, p * 6), lost, gained, changed: 7,
    imagesNeeded: lost === gained ? null : Math.round((2800 * (lost + gained)) / (lost - gained) ** 2),
  };
}

const ladders: Readonly<Record<string, readonly number[]>> = {
  Sqrt2_16: Array.from({ length: 15 }, (_, q) => 2 ** (-q / 2)),
  Sqrt2_17: Array.from({ length: 16 }, (_, q) => 2 ** (-q / 2)),
  BitLog2_Single_16: Array.from({ length: 15 }, (_, n) => 2 ** -n),
  BitLog2_Single_17: Array.from({ length: 16 }, (_, n) => 2 ** -n),
  BitLog2_Half_16: Array.from({ length: 8 }, (_, n) => (n === 0 ? [1] : [2 ** n, 1.5 * 2 ** n])).flat().map((level) => level / 224),
  BitLog2_Half_17: Array.from({ length: 9 }, (_, n) => (n === 0 ? [1] : n === 8 ? [256] : [2 ** n, 1.5 * 2 ** n])).flat().map((level) => level / 300),
};

export function levelsOf(scheme: SchemeId): number[] {
  return [0, ...[...(ladders[scheme] ?? [])].sort((a, b) => a - b)];
}

export function makeBoard(runs: readonly RunRecord[], models: readonly ModelRecord[] = [vit, swin]): Board {
  const ids: readonly SchemeId[] = ['none', ...logSchemeIds];
  const cells = models.flatMap((model) => {
    const here = runs.filter((run) => run.modelId === model.id);
    const find = (scheme: SchemeId, arithmetic: string): RunRecord | null => here.find(({ settings }) => settings.scheme === scheme && settings.arithmetic === arithmetic) ?? null;
    const baseline = find('none', 'fp32');
    const cell = (scheme: SchemeId, arithmetic: string): BoardCell => {
      const run = find(scheme, arithmetic);
      const paired = run === null || baseline === null || scheme === 'none' || run.top1 === null ? null : pairedOf(run, baseline);
      const reference = arithmetic === 'integer' ? find(scheme, 'reference') : null;
      return { modelId: model.id, scheme, arithmetic, run, paired, counterpart: run === null || reference === null ? null : pairedOf(run, reference), published: null, publishedAs: null, publishedLog: null, seeds: null, noise: null };
    };
    const integer = here.some(({ settings }) => settings.arithmetic === 'integer') ? logSchemeIds.map((scheme) => cell(scheme, 'integer')) : [];
    return [...ids.map((scheme) => cell(scheme, scheme === 'none' ? 'fp32' : 'reference')), ...integer];
  });
  return { datasetId: dataset.id, models: [...models], columns: logSchemeIds.map((id) => ({ id, levels: levelsOf(id), distinct: levelsOf(id).length })), cells };
}

/** The paired record of two runs of the fixture, consistent with their accuracies. */
export function pairedOf(a: RunRecord, b: RunRecord): PairedResult {
  const shift = Math.round(((a.top1 ?? 0) - (b.top1 ?? 0)) * 10);
  const churn = 9 + Math.round(Math.abs(shift) / 4);
  return makePaired(a, b, churn + Math.max(0, -shift), churn + Math.max(0, shift));
}

export function makeRuns(models: readonly ModelRecord[] = [vit, swin]): RunRecord[] {
  const ids: readonly SchemeId[] = ['none', ...logSchemeIds];
  return models.flatMap((model) => ids.map((scheme) => makeRun(model, scheme)));
}

export function makeSummary(runs: readonly RunRecord[]): WorkspaceSummary {
  return { file: '/home/me/default.bitlog2', models: [vit, swin], datasets: [dataset], runs: [...runs] };
}

export function makePredictions(seed: number, accuracy: number, count = 1000): Prediction[] {
  const next = numbers(seed);
  return Array.from({ length: count }, (_, index) => {
    const label = index % 10;
    const correct = next() < accuracy;
    const top = correct ? label : (label + 1 + Math.floor(next() * 8)) % 10;
    const others = Array.from({ length: 9 }, (_other, k) => (top + 1 + k) % 10).slice(0, 4);
    return { index, file: `val/${label}_${classNames[label] ?? ''}/${String(index).padStart(4, '0')}.png`, label, top5: [top, ...others], margin: 0.2 + next() * 6, correct, mapDigest: Math.floor(next() * 2 ** 31) };
  });
}

/** A coloured ring on a gradient: something with inside, outside and edges. */
export function makePicture(image: number, size = 56): PictureRecord {
  const data = new Uint8Array(size * size * 3);
  const radius = 14 + (image % 7) * 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const distance = Math.hypot(x - size / 2, y - size / 2);
      const ink = Math.max(0, 1 - Math.abs(distance - radius) / 6);
      data.set([30 + ink * 220, 40 + ink * 120 + (y / size) * 40, 70 + (x / size) * 90], (y * size + x) * 3);
    }
  }
  return { width: size, height: size, data };
}

export interface ViewRequest {
  readonly run: RunRecord;
  readonly model: ModelRecord;
  readonly image: number;
  readonly block: number;
  readonly head: number;
}

const views = new Map<string, AttentionView>();

/** A view as makeView draws it, drawn once: the page asks for every block of an image. */
export function viewOf(request: ViewRequest): AttentionView {
  const key = [request.run.id, request.run.images, request.image, request.block, request.head].join('/');
  const known = views.get(key) ?? makeView(request);
  views.set(key, known);
  return known;
}

/** Softmax rows that look at their neighbourhood and at a few strong columns; `before` is a noisy copy, `codes` its nearest level below. */
export function makeView({ run, model, image, block, head }: ViewRequest): AttentionView {
  const entry = model.blocks[block] ?? model.blocks[0];
  const tokens = entry?.tokens ?? 1;
  const windowed = model.family === 'swin';
  const shifted = windowed && block === 1;
  const grid: [number, number] = windowed && block >= 2 ? [7, 7] : [14, 14];
  const windows = windowed ? (grid[0] / 7) ** 2 : 1;
  const prefix = windowed ? 0 : 1;
  const width = windowed ? 7 : 14;
  const levels = Float32Array.from(levelsOf(run.settings.scheme));
  const next = numbers(image * 977 + block * 31 + head * 7 + 1);
  const strong = Array.from({ length: 5 }, () => Math.floor(next() * tokens));
  const fp32 = new Float32Array(windows * tokens * tokens);
  const before = new Float32Array(fp32.length);
  const codes = new Uint8Array(fp32.length);
  const usage = new Array<number>(levels.length).fill(0);
  for (let row = 0; row < windows * tokens; row++) {
    for (const [target, noise] of [[fp32, 0], [before, 0.5]] as const) {
      let sum = 0;
      for (let key = 0; key < tokens; key++) {
        const a = (row % tokens) - prefix;
        const b = key - prefix;
        const distance = Math.hypot(Math.floor(a / width) - Math.floor(b / width), (a % width) - (b % width));
        const value = Math.exp(-distance * (0.3 + head * 0.25) + (strong.includes(key) ? 2.6 : 0) + Math.sin(key * 1.7 + head) * 0.5 + noise * (next() - 0.5));
        target[row * tokens + key] = value;
        sum += value;
      }
      for (let key = 0; key < tokens; key++) target[row * tokens + key] = (target[row * tokens + key] ?? 0) / sum;
    }
  }
  for (let i = 0; i < before.length; i++) {
    let code = 0;
    while (code + 1 < levels.length && (levels[code + 1] ?? 1) <= (before[i] ?? 0)) code++;
    codes[i] = code;
    usage[code] = (usage[code] ?? 0) + 1;
  }
  const share = usage.map((count) => count / codes.length);
  const accuracy = (run.top1 ?? 80) / 100;
  const prediction = makePredictions(7, accuracy)[image] ?? makePredictions(7, accuracy)[0];
  const fp32Prediction = makePredictions(7, 0.902)[image] ?? prediction;
  if (prediction === undefined || fp32Prediction === undefined) throw new Error('no predictions in the fixture');
  const error = (relativeL2: number): { sqnrDb: number; relativeL2: number; cosine: number } => ({ sqnrDb: -20 * Math.log10(relativeL2), relativeL2, cosine: 1 - relativeL2 ** 2 / 2 });
  return {
    runId: run.id, image, block, head, blockName: entry?.name ?? '', windows, tokens, prefixTokens: prefix, grid,
    window: windowed ? { size: [7, 7], shift: shifted ? [3, 3] : [0, 0] } : null,
    fp32, before, codes, levels, levelNames: Array.from(levels, (level, code) => (code === 0 ? '0' : `${Math.round(level * 300)}/300`)),
    occupancy: { image: share, run: share.map((value, code) => value * (0.9 + (code % 3) * 0.1)), runImages: run.images },
    damage: Array.from({ length: entry?.heads ?? 1 }, (_, at) => ({ head: at, kl: 0.02 + 0.31 * Math.abs(Math.sin(block * 2.3 + at * 1.1)), topOverlap: 0.72 + 0.05 * at, rowSumDrift: -0.11 + at * 0.03, massLost: 0.041 + 0.01 * at, entropyShift: -0.22 + at * 0.06 })),
    mapError: { total: error(0.34), inherited: error(0.21), scheme: error(0.19) },
    depthError: [...model.blocks.map(({ name }, at) => ({ name, error: error(0.05 + at * 0.04) })), { name: 'logits', error: error(0.26) }],
    fp32Prediction, prediction, stored: { prediction, equal: true },
  };
}

/** The views of all heads of a block, put together. */
export function headsOf(request: ViewRequest): AttentionHeads {
  const { heads } = request.model.blocks[request.block] ?? { heads: 1 };
  const views = Array.from({ length: heads }, (_, head) => viewOf({ ...request, head }));
  const [first] = views;
  if (first === undefined) throw new Error('a block without heads in the fixture');
  const size = first.tokens ** 2;
  const join = (map: (view: AttentionView) => ArrayLike<number>): Float32Array => {
    const all = new Float32Array(first.windows * heads * size);
    views.forEach((view, head) => { for (let window = 0; window < first.windows; window++) all.set(Array.from(map(view)).slice(window * size, (window + 1) * size), (window * heads + head) * size); });
    return all;
  };
  const { runId, image, block, windows, tokens, prefixTokens, grid, window, damage } = first;
  return { runId, image, block, heads, windows, tokens, prefixTokens, grid, window, damage, fp32: join(({ fp32 }) => fp32), after: join((view) => Float32Array.from(view.codes, (code) => view.levels[code] ?? 0)) };
}
