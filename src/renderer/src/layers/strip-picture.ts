/** The strip as it is saved: drawn on a canvas, with its names and its legend. */
import { toCss, viridis } from '../raster/viridis';
import type { MetricScale } from './metric';
import { siteAt, type StripGrid, type StripSite } from './strip-grid';

export interface StripPicture<S extends StripSite> {
  readonly grid: StripGrid<S>;
  readonly title: string;
  readonly scale: MetricScale;
  readonly text: string;
  readonly surface: string;
  /** 0 (best) .. 1 (worst); null: nothing is known of the site. */
  readonly place: (site: S) => number | null;
  readonly role: (role: string) => string;
  readonly number: (value: number) => string;
}

/** Pixels of the picture, which is drawn at twice the size of the window's strip. */
const cell = { width: 52, height: 36, gap: 2 };
const left = 150;
const top = 84;
const bottom = 60;

/** Draws into the canvas, which becomes as large as the network asks. Without a 2D context nothing is drawn. */
export function stripPicture<S extends StripSite>(canvas: HTMLCanvasElement, { grid, title, scale, text, surface, place, role, number }: StripPicture<S>): void {
  const rows = Math.max(1, grid.rows.length);
  canvas.width = left + grid.columns.length * cell.width + 24;
  canvas.height = top + rows * cell.height + bottom;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = '24px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.fillStyle = text;
  context.fillText(title, 12, 24);

  for (const [at, row] of grid.rows.entries()) context.fillText(role(row.role), 12, top + (at + 0.5) * cell.height);
  for (const [at, column] of grid.columns.entries()) {
    const x = left + at * cell.width;
    context.textAlign = 'center';
    context.fillStyle = text;
    const name = column.block === null ? '' : column.stage === null ? column.label : `${column.stage}.${column.label}`;
    context.fillText(name, x + cell.width / 2, top - 18);
    const whole = column.block === null || grid.rows.length === 0;
    for (const [y, row] of (whole ? [null] : grid.rows).entries()) {
      const site = row === null ? column.sites[0] ?? null : siteAt(column, row);
      if (site === null) continue;
      const height = (whole ? rows : 1) * cell.height - cell.gap;
      const at = place(site);
      context.fillStyle = at === null ? text : toCss(viridis(at));
      context.globalAlpha = at === null ? 0.12 : 1;
      context.fillRect(x, top + y * cell.height, cell.width - cell.gap, height);
      context.globalAlpha = 1;
    }
    context.textAlign = 'start';
  }

  const y = top + rows * cell.height + 18;
  for (let i = 0; i < 200; i++) {
    context.fillStyle = toCss(viridis(i / 199));
    context.fillRect(left + i, y, 1, 20);
  }
  context.fillStyle = text;
  context.fillText(number(scale.worst), left + 212, y + 10);
  context.textAlign = 'end';
  context.fillText(number(scale.best), left - 10, y + 10);
}
