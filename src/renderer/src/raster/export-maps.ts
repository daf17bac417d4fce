/** The maps of the attention page as they leave the program. */
import type { ExportTable } from '../export-table';
import type { Fields } from './attention-fields';
import type { Codes } from '../../../shared/attention-maps';
import type { Raster } from './on-image';

/** One line per element; elements where the query cannot look are left out. */
export function mapsTable({ rows, columns, maps, differences }: Fields, codes: Codes | null): ExportTable {
  const lines: (string | number | null)[][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const fp32 = maps.fp32[at] ?? Number.NaN;
      if (Number.isNaN(fp32)) continue;
      lines.push([row, column, fp32, maps.before[at] ?? null, maps.after[at] ?? null, codes?.[at] ?? null, differences.inherited[at] ?? null, differences.scheme[at] ?? null, differences.total[at] ?? null]);
    }
  }
  return { columns: ['row', 'column', 'fp32', 'before_quantiser', 'after_quantiser', 'code', 'inherited', 'scheme_alone', 'total'], rows: lines };
}

/** Pixels of one panel's side, and of the space around it. */
const side = 320;
const gap = 16;
const line = 22;

/** Rows of labelled rasters under a title, nearest neighbour. */
export function mosaic(rows: readonly (readonly { readonly label: string; readonly raster: Raster }[])[], title: string, colours: { readonly surface: string; readonly text: string }): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const across = Math.max(...rows.map((row) => row.length));
  canvas.width = across * (side + gap) + gap;
  canvas.height = line + rows.length * (side + line + gap) + gap;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw on');
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours.text;
  context.font = '13px system-ui, sans-serif';
  context.fillText(title, gap, line);
  context.imageSmoothingEnabled = false;
  rows.forEach((row, down) => row.forEach(({ label, raster }, right) => {
    const x = gap + right * (side + gap);
    const y = line + gap + down * (side + line + gap);
    context.fillText(label, x, y + 14);
    const panel = document.createElement('canvas');
    panel.width = raster.width;
    panel.height = raster.height;
    panel.getContext('2d')?.putImageData(new ImageData(raster.data, raster.width, raster.height), 0, 0);
    context.drawImage(panel, x, y + line, side, side);
  }));
  return canvas;
}
