/**
 * All accepted pictures of test/charts/pictures on one sheet, docs/pictures/charts.png, for whoever accepts them:
 *
 *   npm run pictures:accept      (draws the pictures anew and ends with this)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { photographPage } from './photograph-page.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const pictures = join(folder, '..', '..', 'test', 'charts', 'pictures');
const surface = { light: '#ffffff', dark: '#121417' };

function figure(file) {
  const theme = file.includes('-dark') ? 'dark' : 'light';
  const bytes = readFileSync(join(pictures, file));
  const type = file.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
  // Stored text has no font of its own and no size: it gets both here.
  const content = file.endsWith('.svg') ? Buffer.from(bytes.toString('utf8').replaceAll('font-family="chart"', 'font-family="sans-serif"').replaceAll('font-family:chart', 'font-family:sans-serif').replaceAll(/px chart/g, 'px sans-serif')) : bytes;
  return `<figure style="background:${surface[theme]};color:${theme === 'dark' ? '#eceef1' : '#14171b'}"><figcaption>${file}</figcaption><img class="${file.endsWith('.png') ? 'map' : ''}" src="data:${type};base64,${content.toString('base64')}"></figure>`;
}

const files = readdirSync(pictures).sort();
const column = (theme) => `<div>${files.filter((file) => file.includes(`-${theme}`)).map(figure).join('')}</div>`;
const html = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 8px; background: #888; font: 12px sans-serif; display: grid; grid-template-columns: 1fr 1fr; gap: 8px; width: 1860px; }
  div { display: flex; flex-wrap: wrap; gap: 8px; align-content: flex-start; }
  figure { margin: 0; padding: 8px; } figcaption { padding-bottom: 6px; opacity: 0.7; } img { display: block; max-width: 900px; } .map { image-rendering: pixelated; width: 190px; }
</style>${column('light')}${column('dark')}`;
await photographPage(html, join(folder, 'charts.png'), 1876);
