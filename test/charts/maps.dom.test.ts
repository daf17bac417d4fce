/** Every map that is drawn pixel by pixel, and every picture that is drawn on a canvas, against its accepted picture. As pictures.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { darkTheme, lightTheme } from '../../src/charts/chart-theme';
import { metricScale, placeOn, type Metric } from '../../src/renderer/src/layers/metric';
import { stripGrid } from '../../src/renderer/src/layers/strip-grid';
import { stripPicture } from '../../src/renderer/src/layers/strip-picture';
import type { Occupancy } from '../../src/renderer/src/levels/occupancy';
import { occupancyCanvas } from '../../src/renderer/src/levels/occupancy-picture';
import { fieldsOf, wholeMaps, type DifferenceName, type MapName } from '../../src/renderer/src/raster/attention-fields';
import { mosaic } from '../../src/renderer/src/raster/export-maps';
import { commonScale, differenceLimit } from '../../src/renderer/src/raster/map-scale';
import { overlay, pictureRaster, type Raster } from '../../src/renderer/src/raster/on-image';
import { paintCodes, paintDifference, paintValues } from '../../src/renderer/src/raster/paint';
import { shareScale } from '../../src/renderer/src/raster/share-scale';
import { parseHex } from '../../src/renderer/src/raster/viridis';
import type { AttentionView } from '../../src/shared/attention';
import { makePicture, makeRun, swin, viewOf, vit } from '../renderer/fixture-data';
import { sites } from './picture-cases';
import { recordCanvases, svgOfCanvas } from '../renderer/recording-context';
import { normalSvg, storedNames, storedPng, storedSvg } from './stored-picture';

beforeAll(recordCanvases);

const again = 'the picture changed: look at it, then npm run pictures:accept';
const themes = [['light', lightTheme], ['dark', darkTheme]] as const;
const patch = { kind: 'patch', y: 0.45, x: 0.55 } as const;
const vitView = viewOf({ run: makeRun(vit, 'BitLog2_Half_17'), model: vit, image: 3, block: 2, head: 1 });
/** Shifted windows: what lies beside what is part of the picture. */
const swinView = viewOf({ run: makeRun(swin, 'Sqrt2_16'), model: swin, image: 3, block: 1, head: 1 });

type Six = Readonly<Record<MapName | DifferenceName, Raster>>;

function rasters(view: AttentionView, mode: 'matrix' | 'image', kind: 'log' | 'linear', theme: typeof lightTheme): Six {
  const { rows, columns, maps, differences } = fieldsOf(view, wholeMaps(view), mode, patch);
  const scale = commonScale(kind, Object.values(maps));
  const { limit } = differenceLimit(Object.values(differences));
  const surface = parseHex(theme.surface);
  const colours = { negative: parseHex(theme.negative), neutral: surface, positive: parseHex(theme.positive) };
  const value = (map: Float32Array): Raster => ({ width: columns, height: rows, data: paintValues(map, scale, surface) });
  const difference = (map: Float32Array): Raster => ({ width: columns, height: rows, data: paintDifference(map, limit, colours) });
  return {
    fp32: value(maps.fp32), before: value(maps.before), after: value(maps.after),
    inherited: difference(differences.inherited), scheme: difference(differences.scheme), total: difference(differences.total),
  };
}

const panels = (six: Six): { label: string; raster: Raster }[][] => [
  [{ label: 'FP32', raster: six.fp32 }, { label: 'before its quantiser', raster: six.before }, { label: 'after it', raster: six.after }],
  [{ label: 'inherited', raster: six.inherited }, { label: 'scheme alone', raster: six.scheme }, { label: 'total', raster: six.total }],
];

/** Expects this raster to be the stored one, element by element. */
function expectPixels(name: string, { width, height, data }: Raster): void {
  const stored = storedPng(name, { width, height, data });
  expect(stored?.width, again).toBe(width);
  expect(stored?.height, again).toBe(height);
  const changed = data.findIndex((value, at) => value !== stored?.data[at]);
  expect(changed, `${again}; first byte that differs`).toBe(-1);
}

const metric: Metric = { kind: 'error', figure: 'relativeL2', scope: 'local' };
const stripScale = metricScale(sites.map(({ local }) => local?.relativeL2 ?? 0), metric);
const codes = 17;
const occupancy: Occupancy = {
  columns: Array.from({ length: codes }, (_, code) => (code === 0 ? '0' : `2^${code - 1}/327`)),
  rows: Array.from({ length: 6 }, (_, block) => ({
    block, head: null, name: `blocks.${block}`, delta: 327, counts: [], errors: [], dead: 2, zero: 0.1, saturated: 0.01, error: 0.1,
    shares: Array.from({ length: codes }, (_code, code) => (code > 14 - block % 3 ? 0 : 1 / (2 + (code - 6 - block) * (code - 6 - block)))),
  })),
};

describe.each(themes)('maps, %s', (theme, colours) => {
  it('the six maps of a head as a matrix, and on the image, as they are exported', () => {
    const six = rasters(vitView, 'image', 'log', colours);
    const drawn = normalSvg(svgOfCanvas(mosaic(panels(six), 'val/3_Dress/0003.png · blocks.2.attn · head 1', colours)));
    expect(drawn, again).toBe(storedSvg(`map-attention-vit-${theme}`, drawn));
    expectPixels(`map-matrix-vit-after-${theme}`, rasters(vitView, 'matrix', 'log', colours).after);
    expectPixels(`map-matrix-vit-scheme-${theme}`, rasters(vitView, 'matrix', 'linear', colours).scheme);
  });

  it('shifted windows of Swin, put back in their place', () => {
    const six = rasters(swinView, 'image', 'log', colours);
    const drawn = normalSvg(svgOfCanvas(mosaic(panels(six), 'val/3_Dress/0003.png · layers.0.blocks.1.attn · head 1', colours)));
    expect(drawn, again).toBe(storedSvg(`map-attention-swin-${theme}`, drawn));
  });

  it('a map laid over its picture', () => {
    const picture = makePicture(3);
    const six = rasters(vitView, 'image', 'log', colours);
    expectPixels(`map-overlay-${theme}`, overlay({ ...picture, data: Uint8Array.from(picture.data) }, vitView.grid, six.after.data, parseHex(colours.surface)));
  });

  it('the strip of the layers page', () => {
    const canvas = document.createElement('canvas');
    stripPicture(canvas, {
      grid: stripGrid(sites, sites.filter(({ role }) => role === 'qkv').map(({ site }) => site.replace('.qkv', ''))), title: 'fashion_vit · BitLog2_Half_17 · rel. L2, local', scale: stripScale,
      text: colours.text, surface: colours.surface, place: ({ local }) => (local === null ? null : placeOn(stripScale, local.relativeL2)), role: (role) => role, number: (value) => value.toFixed(3),
    });
    const drawn = normalSvg(svgOfCanvas(canvas));
    expect(drawn, again).toBe(storedSvg(`map-strip-${theme}`, drawn));
  });

  it('occupancy of the levels', () => {
    const canvas = occupancyCanvas(occupancy, { surface: colours.surface, text: colours.text, line: colours.line, font: 'chart' }, {
      title: 'usage by layer · BitLog2_Half_17', legend: 'Share of the row’s elements', rowNames: occupancy.rows.map(({ name }) => name), share: (value) => `${Number((value * 100).toPrecision(1))} %`,
    });
    const drawn = normalSvg(svgOfCanvas(canvas));
    expect(drawn, again).toBe(storedSvg(`map-occupancy-${theme}`, drawn));
    expectPixels(`map-occupancy-raster-${theme}`, { width: codes, height: 6, data: paintValues(occupancy.rows.flatMap(({ shares }) => shares), shareScale, parseHex(colours.surface)) });
  });
});

it('codes are painted as the values they stand for, and pictures as they are', () => {
  const scale = commonScale('log', [vitView.fp32]);
  const surface = parseHex(lightTheme.surface);
  expectPixels('map-codes-light', { width: vitView.tokens, height: vitView.tokens, data: paintCodes(vitView.codes, vitView.levels, scale, surface) });
  const picture = makePicture(3);
  expectPixels('map-picture-light', pictureRaster({ ...picture, data: Uint8Array.from(picture.data) }));
});

it('sees one changed pixel', () => {
  const { after } = rasters(vitView, 'matrix', 'log', lightTheme);
  const data = after.data.slice();
  data[4000] = (data[4000] ?? 0) ^ 1;
  const stored = storedPng('map-matrix-vit-after-light', after);
  expect([...(stored?.data ?? [])].filter((value, at) => value !== data[at])).toHaveLength(1);
});

it('has no stored map that nothing draws', () => {
  expect(storedNames('map-')).toHaveLength(2 * 8 + 2);
});
