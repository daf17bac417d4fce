/**
 * The forest plot of a board: per model one row for FP32 and one for each scheme and arithmetic, top-1 as a dot with its 95 % interval, the published
 * figure as a cross, and a line where the model's FP32 lies. Uncertainty is the message, so the interval is drawn as large as the dot.
 */
import type { CustomSeriesOption, EChartsOption, ScatterSeriesOption } from 'echarts';
import type { Board, BoardCell, ModelRecord } from '../shared/records';
import { schemeIds, type SchemeId } from '../shared/settings';
import { chartFont, isDashed, schemeName } from './chart-theme';
import type { ChartTheme } from './chart-theme';

export interface ForestWords {
  /** Title of the axis, for example "top-1 accuracy, %". */
  readonly axis: string;
  readonly published: string;
  /** After the scheme's name in rows of integer runs. */
  readonly integer: string;
  readonly images: (count: number) => string;
}

export const englishForestWords: ForestWords = {
  axis: 'top-1 accuracy, % (dot), with its 95 % interval (bar)',
  published: 'published',
  integer: 'integer',
  images: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`,
};

/** One row of the plot. */
export type ForestRow =
  | { readonly kind: 'gap'; readonly model: ModelRecord }
  | { readonly kind: 'model'; readonly model: ModelRecord }
  | {
      readonly kind: 'cell';
      readonly model: ModelRecord;
      readonly scheme: SchemeId;
      readonly arithmetic: string;
      readonly top1: number | null;
      readonly ci95: readonly [number, number] | null;
      readonly published: number | null;
      /** Least and most over runs that differ by their calibration draw alone. */
      readonly seeds: { readonly min: number; readonly max: number } | null;
      readonly images: number;
      /** False while the run goes on or was stopped. */
      readonly complete: boolean;
    };

type CellRow = ForestRow & { readonly kind: 'cell' };

const rowHeight = 20;
const top = 4;
const bottom = 52;

/** Models in the board's order, each with the cells that have a figure; FP32 first, then the schemes in the order of every table, reference before integer. */
export function forestRows(board: Board): ForestRow[] {
  const groups = board.models.flatMap((model): ForestRow[] => {
    const cells = board.cells.filter((cell) => cell.modelId === model.id && (figure(cell) !== null || cell.published !== null));
    const rows = cells.map((cell) => cellRow(model, cell)).sort((a, b) => place(a.scheme) - place(b.scheme));
    return rows.length === 0 ? [] : [{ kind: 'gap', model }, { kind: 'model', model }, ...rows];
  });
  return groups.slice(1);
}

/** Height in pixels that shows every row. */
export function forestHeight(board: Board): number {
  return top + bottom + rowHeight * Math.max(1, forestRows(board).length);
}

/** @param width of the plot in pixels; decides the room for names */
export function forestOption(board: Board, theme: ChartTheme, words: ForestWords = englishForestWords, width = 900): EChartsOption {
  const rows = forestRows(board);
  const { low, high, step } = range(rows);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: chartFont, fontSize: 12, color: theme.text },
    grid: { left: nameRoom(width), right: 150, top, bottom },
    tooltip: { renderMode: 'richText', confine: true, formatter: (item) => tooltip(rows, words, Array.isArray(item) ? item[0] : item) },
    xAxis: {
      type: 'value', min: low, max: high, interval: step, name: rows.some((row) => row.kind === 'cell' && row.published !== null) ? `${words.axis}, × ${words.published}` : words.axis, nameLocation: 'middle', nameGap: 32,
      nameTextStyle: { color: theme.textWeak },
      axisLabel: { color: theme.textWeak }, axisLine: { show: false }, axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.line } },
    },
    yAxis: [rowAxis(rows, theme, (row) => nameLabel(row, words, Math.floor(nameRoom(width) / 8))), { ...rowAxis(rows, theme, (row) => figureLabel(row, words)), position: 'right' }],
    series: [fp32Lines(rows, theme), seedSpans(rows, theme), intervals(rows, theme), published(rows, theme, words)],
  };
}

function figure(cell: BoardCell): number | null {
  return cell.run?.top1 ?? null;
}

function place(scheme: SchemeId): number {
  return scheme === 'none' ? -1 : schemeIds.indexOf(scheme);
}

function cellRow(model: ModelRecord, cell: BoardCell): CellRow {
  const { run } = cell;
  return {
    kind: 'cell', model, scheme: cell.scheme, arithmetic: cell.arithmetic, top1: figure(cell), ci95: run?.top1Ci95 ?? null,
    published: cell.published, seeds: cell.seeds, images: run?.images ?? 0, complete: run?.state === 'done',
  };
}

/** All figures with some air, between whole steps and inside 0 to 100. */
function range(rows: readonly ForestRow[]): { readonly low: number; readonly high: number; readonly step: number } {
  const values = rows.flatMap((row) => (row.kind === 'cell' ? [row.top1, row.published, ...(row.ci95 ?? []), row.seeds?.min ?? null, row.seeds?.max ?? null] : [])).filter((value) => value !== null);
  if (values.length === 0) return { low: 0, high: 100, step: 20 };
  const least = Math.min(...values);
  const most = Math.max(...values);
  const step = [0.5, 1, 2, 5, 10].find((candidate) => (most - least) / candidate <= 8) ?? 20;
  return { low: Math.max(0, Math.floor((least - step / 4) / step) * step), high: Math.min(100, Math.ceil((most + step / 4) / step) * step), step };
}

function rowAxis(rows: readonly ForestRow[], theme: ChartTheme, label: (row: ForestRow) => string): object {
  const styles = Object.fromEntries(schemeIds.map((id) => [id, { color: theme.schemes[id], fontSize: 12 }]));
  return {
    type: 'category', inverse: true, data: rows.map((_, row) => String(row)),
    axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false },
    axisLabel: {
      interval: 0, color: theme.text, formatter: (row: string) => { const found = rows[Number(row)]; return found === undefined ? '' : label(found); },
      rich: { ...styles, model: { color: theme.text, fontWeight: 600, fontSize: 13 }, weak: { color: theme.textWeak, fontSize: 12 }, figure: { color: theme.text, fontSize: 12 } },
    },
  };
}

/** Pixels for names: all of a long one in a wide plot. */
function nameRoom(width: number): number {
  return width > 1300 ? 340 : Math.min(220, Math.round(width * 0.28));
}

/** @param most characters of a model's name */
function nameLabel(row: ForestRow, words: ForestWords, most: number): string {
  if (row.kind === 'gap') return '';
  if (row.kind === 'model') return `{model|${plain(row.model.name, most)}}`;
  return `{weak|${rowName(row, words)}}`;
}

function rowName({ scheme, arithmetic }: CellRow, words: ForestWords): string {
  return arithmetic === 'integer' ? `${schemeName(scheme)} · ${words.integer}` : schemeName(scheme);
}

/** On the right the figures themselves: "88.30  [86.2, 90.1]". */
function figureLabel(row: ForestRow, words: ForestWords): string {
  if (row.kind !== 'cell') return '';
  if (row.top1 === null) return `{weak|${words.published} ${row.published ?? ''}}`;
  const bounds = row.ci95 === null ? '' : ` {weak|[${row.ci95[0].toFixed(1)}, ${row.ci95[1].toFixed(1)}]}`;
  return `{figure|${row.top1.toFixed(2)}}${bounds}`;
}

/** Braces and bars are the markup of rich text. */
function plain(name: string, most: number): string {
  const clean = name.replaceAll(/[{}|]/g, '_');
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
}

function intervals(rows: readonly ForestRow[], theme: ChartTheme): CustomSeriesOption {
  const data = rows.flatMap((row, at) => (row.kind === 'cell' && row.top1 !== null ? [{ row, value: [row.top1, at, row.ci95?.[0] ?? row.top1, row.ci95?.[1] ?? row.top1] }] : []));
  return {
    type: 'custom', name: 'measured', encode: { x: [0, 2, 3], y: 1 }, data: data.map(({ value }) => value), z: 3,
    renderItem: (params, api) => {
      const item = data[params.dataIndex];
      if (item === undefined) return { type: 'group', children: [] };
      const colour = theme.schemes[item.row.scheme];
      const hollow = isDashed(item.row.scheme);
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [left = 0] = api.coord([api.value(2), api.value(1)]);
      const [right = 0] = api.coord([api.value(3), api.value(1)]);
      const opacity = item.row.complete ? 1 : 0.55;
      // Without it a line has a fill too, black, which some rasterisers draw as a hairline.
      const line = { fill: 'none', stroke: colour, lineWidth: 2, opacity, ...(hollow ? { lineDash: [4, 3] } : {}) };
      const cap = { fill: 'none', stroke: colour, lineWidth: 2, opacity };
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style: line },
          { type: 'line', shape: { x1: left, y1: y - 4, x2: left, y2: y + 4 }, style: cap },
          { type: 'line', shape: { x1: right, y1: y - 4, x2: right, y2: y + 4 }, style: cap },
          mark(item.row.arithmetic === 'integer', x, y, { fill: hollow ? theme.surface : colour, stroke: colour, lineWidth: 2, opacity }),
        ],
      };
    },
  };
}

/** A disc, or a square for integer arithmetic: the colour is the scheme's in both. */
function mark<S extends object>(square: boolean, x: number, y: number, style: S) {
  return square ? ({ type: 'rect', shape: { x: x - 4.5, y: y - 4.5, width: 9, height: 9 }, style } as const) : ({ type: 'circle', shape: { cx: x, cy: y, r: 5 }, style } as const);
}

/** Under the interval a thin span: how far the calibration draw moves the figure. */
function seedSpans(rows: readonly ForestRow[], theme: ChartTheme): CustomSeriesOption {
  return {
    type: 'custom', name: 'seeds', silent: true, encode: { x: [0, 1], y: 2 }, z: 2,
    data: rows.flatMap((row, at) => (row.kind === 'cell' && row.seeds !== null ? [[row.seeds.min, row.seeds.max, at]] : [])),
    renderItem: (_params, api) => {
      const [left = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
      const [right = 0] = api.coord([api.value(1), api.value(2)]);
      return { type: 'rect', shape: { x: left, y: y + 6, width: Math.max(1, right - left), height: 2.5 }, style: { fill: theme.textWeak } };
    },
  };
}

/** Where each model's FP32 lies, through all of its rows. */
function fp32Lines(rows: readonly ForestRow[], theme: ChartTheme): CustomSeriesOption {
  const spans = rows.flatMap((row, at) => {
    if (row.kind !== 'cell' || row.scheme !== 'none' || row.top1 === null) return [];
    const last = rows.reduce((end, other, i) => (other.kind === 'cell' && other.model.id === row.model.id ? i : end), at);
    return [[row.top1, at, last]];
  });
  return {
    type: 'custom', name: 'FP32', silent: true, encode: { x: 0, y: [1, 2] }, data: spans, z: 1,
    renderItem: (_params, api) => {
      const [x = 0, from = 0] = api.coord([api.value(0), api.value(1)]);
      const [, to = 0] = api.coord([api.value(0), api.value(2)]);
      return { type: 'line', shape: { x1: x, y1: from, x2: x, y2: to + rowHeight / 2 }, style: { fill: 'none', stroke: theme.schemes.none, lineWidth: 1, lineDash: [2, 3] } };
    },
  };
}

function published(rows: readonly ForestRow[], theme: ChartTheme, words: ForestWords): ScatterSeriesOption {
  return {
    type: 'scatter', name: words.published, symbol: 'path://M0,0L10,10M10,0L0,10', symbolSize: 8, z: 4,
    itemStyle: { color: 'none', borderColor: theme.textWeak, borderWidth: 1.5 },
    data: rows.flatMap((row, at) => (row.kind === 'cell' && row.published !== null ? [[row.published, at]] : [])),
  };
}

function tooltip(rows: readonly ForestRow[], words: ForestWords, item: { readonly value?: unknown } | undefined): string {
  const value: unknown = item?.value;
  const row = Array.isArray(value) ? rows[Number(value[1])] : undefined;
  if (row === undefined || row.kind !== 'cell') return '';
  const lines = [`${row.model.name}, ${rowName(row, words)}`];
  if (row.top1 !== null) lines.push(`${row.top1.toFixed(2)} %${row.ci95 === null ? '' : ` [${row.ci95[0].toFixed(2)}, ${row.ci95[1].toFixed(2)}]`}, ${words.images(row.images)}`);
  if (row.published !== null) lines.push(`${words.published} ${row.published} %`);
  return lines.join('\n');
}
