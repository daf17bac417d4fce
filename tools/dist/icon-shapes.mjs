/**
 * The program's icon: an attention map of four tokens whose entries are powers of two. One list of shapes makes the drawing (SVG) and, through
 * our own rasteriser, every picture, so that no tool and no font has to be there.
 */

const side = 1024;
const cells = 4;
const margin = 176;
const gap = 32;
const ground = [20, 33, 59];
const full = [240, 176, 40];

/** @typedef {{ x: number, y: number, width: number, height: number, radius: number, colour: readonly number[] }} Shape rounded rectangle in a square of 1024 */

const mix = (share) => ground.map((from, channel) => Math.round(from + (full[channel] - from) * share));

/** @returns {Shape[]} from back to front */
export function iconShapes() {
  const cell = (side - 2 * margin - (cells - 1) * gap) / cells;
  const shapes = [{ x: 32, y: 32, width: side - 64, height: side - 64, radius: 208, colour: ground }];
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      shapes.push({ x: margin + column * (cell + gap), y: margin + row * (cell + gap), width: cell, height: cell, radius: 28, colour: mix(2 ** -Math.abs(row - column)) });
    }
  }
  return shapes;
}

const hex = (colour) => `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;

export function iconSvg() {
  const lines = iconShapes().map(({ x, y, width, height, radius, colour }) => `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${hex(colour)}"/>`);
  return [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side}" height="${side}">`, ...lines, '</svg>', ''].join('\n');
}

function inside({ x, y, width, height, radius }, px, py) {
  if (px < x || py < y || px >= x + width || py >= y + height) return false;
  const dx = Math.max(x + radius - px, px - (x + width - radius), 0);
  const dy = Math.max(y + radius - py, py - (y + height - radius), 0);
  return dx * dx + dy * dy <= radius * radius;
}

/** Samples per side of a pixel. */
const samples = 6;

/**
 * @param {number} size side in pixels
 * @returns {Uint8Array} RGBA, row by row, not premultiplied
 */
export function iconPixels(size) {
  const shapes = iconShapes().reverse();
  const pixels = new Uint8Array(size * size * 4);
  const step = side / size / samples;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0];
      let covered = 0;
      for (let sample = 0; sample < samples * samples; sample++) {
        const px = (column * samples + (sample % samples) + 0.5) * step;
        const py = (row * samples + Math.floor(sample / samples) + 0.5) * step;
        const shape = shapes.find((candidate) => inside(candidate, px, py));
        if (!shape) continue;
        covered++;
        shape.colour.forEach((channel, index) => (sum[index] += channel));
      }
      if (covered === 0) continue;
      pixels.set([...sum.map((channel) => Math.round(channel / covered)), Math.round((255 * covered) / samples ** 2)], (row * size + column) * 4);
    }
  }
  return pixels;
}
