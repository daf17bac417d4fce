/** The occupancy map as a picture of its own, with its labels and legend: what is saved as PNG. */
import { shareScale, shareTicks } from '../raster/share-scale';
import { scalePosition } from '../raster/map-scale';
import { paintValues } from '../raster/paint';
import { parseHex, toCss, viridis } from '../raster/viridis';
import type { Occupancy } from './occupancy';

export interface PictureStyle {
  readonly surface: string;
  readonly text: string;
  readonly line: string;
  readonly font: string;
}

export interface PictureWords {
  readonly title: string;
  readonly legend: string;
  readonly rowNames: readonly string[];
  readonly share: (value: number) => string;
}

const cell = { width: 34, height: 20 };
const margin = 16;
const labelWidth = 150;
const headHeight = 36;
const codeHeight = 96;
const legendHeight = 52;
const scale = 2;

/** @throws {Error} when the page has no canvas */
export function occupancyCanvas(occupancy: Occupancy, style: PictureStyle, words: PictureWords): HTMLCanvasElement {
  const columns = occupancy.columns.length;
  const map = { left: margin + labelWidth, top: margin + headHeight, width: columns * cell.width, height: occupancy.rows.length * cell.height };
  const canvas = document.createElement('canvas');
  canvas.width = scale * (map.left + map.width + margin);
  canvas.height = scale * (map.top + map.height + codeHeight + legendHeight + margin);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw on');
  context.scale(scale, scale);
  context.fillStyle = style.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.text;
  context.textBaseline = 'middle';
  context.font = `600 13px ${style.font}`;
  context.fillText(words.title, margin, margin + headHeight / 2);
  context.font = `12px ${style.font}`;
  context.textAlign = 'right';
  words.rowNames.forEach((name, row) => context.fillText(name, map.left - 8, map.top + (row + 0.5) * cell.height));
  occupancy.columns.forEach((name, column) => {
    context.save();
    context.translate(map.left + (column + 0.5) * cell.width, map.top + map.height + 8);
    context.rotate(-Math.PI / 2);
    context.fillText(name, 0, 0);
    context.restore();
  });
  const pixels = paintValues(occupancy.rows.flatMap(({ shares }) => shares), shareScale, parseHex(style.surface));
  for (let row = 0; row < occupancy.rows.length; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * 4;
      context.fillStyle = `rgba(${pixels[at]}, ${pixels[at + 1]}, ${pixels[at + 2]}, ${(pixels[at + 3] ?? 0) / 255})`;
      context.fillRect(map.left + column * cell.width, map.top + row * cell.height, cell.width, cell.height);
    }
  }
  context.strokeStyle = style.line;
  context.strokeRect(map.left, map.top, map.width, map.height);
  drawLegend(context, map.left, map.top + map.height + codeHeight + 12, style, words);
  return canvas;
}

function drawLegend(context: CanvasRenderingContext2D, left: number, top: number, style: PictureStyle, words: PictureWords): void {
  const width = 220;
  context.textAlign = 'right';
  context.fillStyle = style.text;
  context.fillText(words.legend, left - 8, top + 5);
  for (let i = 0; i < width; i++) {
    context.fillStyle = toCss(viridis(i / (width - 1)));
    context.fillRect(left + i, top, 1, 10);
  }
  context.textAlign = 'center';
  context.fillStyle = style.text;
  for (const tick of shareTicks) context.fillText(words.share(tick), left + scalePosition(shareScale, tick) * width, top + 22);
}
