/** One case per chart of src/charts, with invented figures that obey the arithmetic between them and the words of the window. */
import type { EChartsOption } from 'echarts';
import { bandOption } from '../../src/charts/band-option';
import { accuracyHeight, accuracyOption } from '../../src/charts/calibration-accuracy-option';
import { channelsOption } from '../../src/charts/calibration-channels-option';
import { drawStripsOption } from '../../src/charts/calibration-draws-option';
import { moversHeight, moversOption } from '../../src/charts/calibration-movers-option';
import type { ChartTheme } from '../../src/charts/chart-theme';
import { depthOption } from '../../src/charts/depth-option';
import { forestHeight, forestOption } from '../../src/charts/forest-option';
import { imagesBlameOption } from '../../src/charts/images-blame-option';
import { imagesDepthOption } from '../../src/charts/images-depth-option';
import { layersDepthOption, type AloneNames } from '../../src/charts/layers-depth-option';
import { histogramOption } from '../../src/charts/layers-histogram-option';
import { levelsAxisHeight, levelsAxisOption } from '../../src/charts/levels-axis-option';
import { levelBarsOption } from '../../src/charts/levels-bars-option';
import { siteErrorOption } from '../../src/charts/site-error-option';
import type { Blame, BypassOutcome } from '../../src/shared/images';
import type { SiteError, SiteHistogram } from '../../src/shared/layers';
import { densityBins } from '../../src/shared/levels';
import { logSchemeIds, type SchemeId } from '../../src/shared/settings';
import { board } from '../helpers/board-records';

export interface PictureCase {
  readonly width: number;
  readonly height: number;
  readonly option: (theme: ChartTheme) => EChartsOption;
}

const fixed = (digits: number) => (value: number): string => value.toFixed(digits);
const short = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${short(100 * share)} %`;
/** Repeatable, without the platform's mathematics. */
const wave = (index: number): number => ((index * 7919 + 13) % 97) / 97;
const figures = (relativeL2: number): { sqnrDb: number; relativeL2: number; cosine: number } => ({ sqnrDb: 20 - 20 * relativeL2, relativeL2, cosine: 1 - relativeL2 / 8 });

const full = board(['fashion_swin', 'fashion_vit']);
const integerCells = full.cells.filter(({ scheme }) => scheme === 'BitLog2_Half_17').map((cell) => ({ ...cell, arithmetic: 'integer' }));
const everyCell = { ...full, cells: [...full.cells, ...integerCells].map((cell) => (cell.scheme === 'Sqrt2_17' ? { ...cell, seeds: { count: 3, mean: 87, min: 86, max: 88.5 } } : cell)) };

const blocks = 6;
const depth = Array.from({ length: blocks + 1 }, (_, index) => ({ name: index === blocks ? 'logits' : `blocks.${index}.attn`, error: figures(0.06 + 0.05 * index + 0.03 * wave(index)) }));
const column = (index: number): string => (index === blocks ? 'logits' : String(index));

const roles = ['attn.qkv', 'attn.matmul1', 'attn.matmul2', 'attn.proj', 'mlp.fc1', 'mlp.fc2'];
/** A network of six blocks, as the layers page and the report see it. */
export const sites: readonly SiteError[] = Array.from({ length: blocks }, (_, block) => roles.map((role, at): SiteError => {
  const local = 0.05 + 0.2 * wave(block * 6 + at);
  return {
    site: `blocks.${block}.${role}`, role: role.split('.')[1] ?? '', block, arithmetic: 'reference', local: figures(local), cumulative: figures(local + 0.02 * (block * 6 + at)),
    weights: role.includes('matmul') ? null : figures(local / 3), activations: figures(local / 2), attention: role === 'attn.matmul2' ? figures(local / 1.5) : null, clipped: 0.01,
  };
})).flat();
const worst = 'blocks.3.mlp.fc2';

const histogram: SiteHistogram = {
  site: worst, operand: 'input', images: 16, scale: 'linear', min: -0.6, max: 5, counts: Array.from({ length: 56 }, (_, bin) => (bin < 6 ? 40 * (bin + 1) : Math.round(4000 / (1 + (bin - 6) * (bin - 6) * 0.2)))),
  outside: 0, elements: 0, grid: Array.from({ length: 16 }, (_, code) => (code - 2) * 0.2), gridChannel: null, clippedLow: 0, clippedHigh: 90, bits: 4, scheme: null, delta: [0.2], zeroPoint: [2],
  error: figures(0.1), channelKind: 'channel', channels: 48, worstChannels: [],
};
const elements = histogram.counts.reduce((sum, count) => sum + count, 0);
const mapHistogram: SiteHistogram = {
  ...histogram, site: 'blocks.3.attn.matmul2', operand: 'A', scale: 'log2', min: -16, max: 0, counts: Array.from({ length: 64 }, (_, bin) => Math.round(3000 / (1 + (bin - 38) * (bin - 38) * 0.02))),
  grid: [0, ...Array.from({ length: 15 }, (_, n) => 2 ** (n - 15))], clippedHigh: 0, bits: null, scheme: 'BitLog2_Single_16', delta: [32768], zeroPoint: [],
};
const histogramWords = { clipped: 'outside of the grid: clipped', number: short, percent };

const bins = Array.from({ length: densityBins }, (_, bin) => (bin < 2 ? 40 : Math.round(9000 / (1 + (bin - 130) * (bin - 130) * 0.002))));
const ladderOf: Readonly<Record<SchemeId, readonly number[]>> = {
  none: [],
  Sqrt2_16: Array.from({ length: 15 }, (_, q) => 2 ** -Math.ceil(q / 2) * (q % 2 === 1 ? Math.SQRT2 : 1) * 0.9).reverse(),
  Sqrt2_17: Array.from({ length: 16 }, (_, q) => 2 ** -Math.ceil(q / 2) * (q % 2 === 1 ? Math.SQRT2 : 1) * 0.9).reverse(),
  BitLog2_Single_16: Array.from({ length: 15 }, (_, n) => 2 ** (n - 15)),
  BitLog2_Single_17: Array.from({ length: 16 }, (_, n) => 2 ** (n - 16)),
  BitLog2_Half_16: [1, ...Array.from({ length: 7 }, (_, n) => [2 ** (n + 1), 3 * 2 ** n]).flat()].map((level) => level / 224),
  BitLog2_Half_17: [1, ...Array.from({ length: 7 }, (_, n) => [2 ** (n + 1), 3 * 2 ** n]).flat(), 256].map((level) => level / 300),
};
const ladders = logSchemeIds.map((scheme) => ({ scheme, levels: [0, ...ladderOf[scheme]], zeroBelow: (ladderOf[scheme][0] ?? 0) * 0.75 }));
const barRows = Array.from({ length: blocks }, (_, block) => ({ name: `blocks.${block}`, dead: block % 4, zero: 0.05 + 0.1 * wave(block), saturated: 0.01 * (block + 1), error: block === 5 ? null : 0.2 * wave(block + 9) }));
const barWords = { columns: { dead: 'dead codes', zero: 'zeros', saturated: 'top code', error: 'error' }, share: percent, count: String };

const outcome = (best: number, answerMargin: number): BypassOutcome => ({ top5: [best], margin: 1, answerMargin });
const blame: Blame = {
  runId: 'r', image: 4, arithmetic: 'reference', exact: true, answer: 3, fp32Margin: 2, base: outcome(5, -0.8), everyMap: outcome(3, 1),
  layers: Array.from({ length: blocks }, (_, block) => ({ block, outcome: block === 2 ? outcome(3, 0.6) : outcome(5, -0.9 + 0.5 * wave(block)) })),
  heads: [{ block: 2, head: 1, outcome: outcome(3, 0.25) }, { block: 2, head: 3, outcome: outcome(5, -0.4) }, { block: 0, head: 0, outcome: outcome(5, -1.1) }, { block: 4, head: 2, outcome: outcome(5, -0.6) }],
};

const stripColumns = sites.filter(({ role }) => !role.includes('matmul')).map(({ site, block }, at, all) => ({
  site, name: `${site}, input`, heading: all[at - 1]?.block === block ? null : String(block), values: [0, 1, 2, 3].map((draw) => Number((8 * wave(at * 5 + draw * 3) - 4).toFixed(2))),
}));
const draws = [0, 1, 2, 3].map((seed) => ({ name: seed === 0 ? 'seed 0 (this)' : `seed ${seed}`, top1: 87 + 0.4 * seed, ci95: [84.8 + 0.4 * seed, 88.9 + 0.4 * seed] as const, own: seed === 0, complete: seed !== 3 }));

const layersDepth = (theme: ChartTheme, alone?: AloneNames): EChartsOption => layersDepthOption({
  columns: blocks, shown: ['cumulative', 'local', 'weights', 'activations', 'attention'], selected: worst, fromZero: true,
  points: sites.map(({ site, block, cumulative, local, weights, activations, attention }, at) => ({
    site, x: (block ?? 0) + ((at % 6) + 0.5) / 6,
    values: { cumulative: cumulative.relativeL2, local: local?.relativeL2 ?? null, weights: weights?.relativeL2 ?? null, activations: activations?.relativeL2 ?? null, attention: attention?.relativeL2 ?? null },
  })),
}, theme, { figure: 'rel. L2', names: { cumulative: 'Cumulative', local: 'Local', weights: 'Weights', activations: 'Activations', attention: 'Attention map' }, number: short }, alone);

export const pictureCases: Readonly<Record<string, PictureCase>> = {
  'board-forest': { width: 760, height: forestHeight(everyCell), option: (theme) => forestOption(everyCell, theme, undefined, 760) },
  'board-band': {
    width: 300, height: 132,
    option: (theme) => bandOption({ runId: 'r', total: 1000, points: Array.from({ length: 30 }, (_, i) => ({ images: 20 * (i + 1), top1: 87 + 3 * wave(i) / (i + 1), ci95: [87 - 30 / (i + 2), 87 + 18 / (i + 2)] as [number, number] })) }, 'BitLog2_Half_17', 88.6, theme, { axis: 'Top-1, %', images: (count) => `${count} images`, percent: fixed(2) }),
  },
  'attention-depth': { width: 480, height: 120, option: (theme) => depthOption(depth, 2, 'Sqrt2_16', theme, { relativeL2: 'rel. L2', logits: 'logits', number: short }) },
  'attention-depth-alone': { width: 480, height: 160, option: (theme) => depthOption(depth, 2, 'Sqrt2_16', theme, { relativeL2: 'rel. L2', logits: 'logits', number: short }, true) },
  'layers-depth': { width: 760, height: 140, option: (theme) => layersDepth(theme) },
  'layers-depth-alone': { width: 760, height: 220, option: (theme) => layersDepth(theme, { columns: Array.from({ length: blocks }, (_, at) => String(at)), axis: 'block' }) },
  'layers-histogram': { width: 280, height: 150, option: (theme) => histogramOption({ ...histogram, elements }, 'linear', theme, { ...histogramWords, value: 'value' }) },
  'layers-histogram-log': { width: 280, height: 150, option: (theme) => histogramOption({ ...mapHistogram, elements: mapHistogram.counts.reduce((sum, count) => sum + count, 0) }, 'log', theme, { ...histogramWords, value: 'magnitude of the value' }) },
  'levels-axis': { width: 900, height: levelsAxisHeight(ladders.length), option: (theme) => levelsAxisOption(bins, ladders, 'BitLog2_Half_17', theme, { density: '% per octave', value: 'attention value', number: short }, true) },
  'levels-bars': { width: 600, height: 24 + barRows.length * 20, option: (theme) => levelBarsOption(barRows, 17, 'BitLog2_Half_17', 20, theme, barWords, true) },
  'images-drift': { width: 460, height: 140, option: (theme) => imagesDepthOption(depth, 'relativeL2', 2, 'BitLog2_Half_17', theme, { figure: 'rel. L2', blockAxis: 'block', column, number: short }) },
  'images-drift-sqnr': { width: 460, height: 140, option: (theme) => imagesDepthOption(depth, 'sqnrDb', 2, 'BitLog2_Half_16', theme, { figure: 'SQNR, dB', blockAxis: 'block', column, number: short }) },
  'images-blame': {
    width: 460, height: 150,
    option: (theme) => imagesBlameOption(blame, 'BitLog2_Half_17', theme, { column: String, block: String, head: (block, head) => `${block} · ${head}`, margin: 'Margin of the FP32 answer', blockAxis: 'block', marginAxis: 'margin, logits', asRun: 'as run', number: fixed(2) }),
  },
  'calibration-strips': {
    width: 760, height: 190,
    option: (theme) => drawStripsOption(stripColumns, { own: 0, selected: worst, colour: theme.schemes.BitLog2_Half_17 }, theme, { axis: 'scale against its median over the draws, %', number: (value) => `${fixed(1)(value)} %`, draws: draws.map(({ name }) => name) }),
  },
  'calibration-accuracy': { width: 520, height: accuracyHeight(draws.length), option: (theme) => accuracyOption(draws, 88.6, theme.schemes.BitLog2_Half_17, theme, { axis: 'top-1, %', baseline: 'FP32', number: fixed(2) }) },
  'calibration-movers': {
    width: 560, height: moversHeight(5),
    option: (theme) => moversOption([
      { kind: 'interval', name: 'Difference to FP32', text: '−1.20 [−2.50, 0.10]', point: -1.2, low: -2.5, high: 0.1, strong: true },
      { kind: 'interval', name: 'Sample of images', text: '±2.1', point: 0, low: -2.1, high: 2, strong: false },
      { kind: 'points', name: 'Other draws', text: '−0.4 to 0.6, 4×', points: [-0.4, 0, 0.2, 0.6] },
      { kind: 'unknown', name: 'Rounding, calibrated anew', text: 'not measured' },
      { kind: 'points', name: 'Rounding alone', text: '−0.1 to 0.1, 6×', points: [-0.1, 0, 0, 0, 0, 0.1] },
    ], theme.schemes.BitLog2_Half_17, theme, { axis: 'points of top-1', number: fixed(1) }, { nameWidth: 172, textWidth: 152 }),
  },
  'calibration-channels': { width: 280, height: 104, option: (theme) => channelsOption(Array.from({ length: 48 }, (_, at) => 0.4 + 1.6 * wave(at) * wave(at)), 1, theme.schemes.BitLog2_Half_17, theme, { axis: 'r', channel: (index) => `channel ${index}`, number: short }) },
  'report-sites': { width: 760, height: 220, option: (theme) => siteErrorOption({ runId: 'r', images: 16, skipped: 0, sites: [...sites] }, 'BitLog2_Half_17', theme) },
};
