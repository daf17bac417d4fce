/** A 2D context that writes down what is drawn as SVG, so that pictures drawn on a canvas can be stored and read. Knows what the program's pictures use, no more. */
import { pngOf } from '../charts/stored-picture';

const drawn = new WeakMap<HTMLCanvasElement, Recorder>();

class Recorder {
  readonly elements: string[] = [];
  fillStyle = '#000';
  strokeStyle = '#000';
  font = '10px sans-serif';
  textAlign = 'start';
  textBaseline = 'alphabetic';
  globalAlpha = 1;
  imageSmoothingEnabled = true;
  image: ImageData | null = null;
  #transform = '';
  readonly #saved: string[] = [];

  scale(x: number, y: number): void { this.#transform += ` scale(${x},${y})`; }
  translate(x: number, y: number): void { this.#transform += ` translate(${x},${y})`; }
  rotate(angle: number): void { this.#transform += ` rotate(${(angle * 180) / Math.PI})`; }
  save(): void { this.#saved.push(this.#transform); }
  restore(): void { this.#transform = this.#saved.pop() ?? ''; }
  putImageData(image: ImageData): void { this.image = image; }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#add(`<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${this.fillStyle}"${this.#alpha()}`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#add(`<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${this.strokeStyle}"${this.#alpha()}`);
  }

  fillText(text: string, x: number, y: number): void {
    const anchor = { start: 'start', left: 'start', center: 'middle', right: 'end', end: 'end' }[this.textAlign] ?? 'start';
    const style = `font:${this.font.replaceAll('"', "'")}`;
    const baseline = this.textBaseline === 'middle' ? ' dominant-baseline="central"' : '';
    this.#add(`<text x="${x}" y="${y}" fill="${this.fillStyle}" text-anchor="${anchor}"${baseline} style="${style}"${this.#alpha()}`, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
  }

  drawImage(source: HTMLCanvasElement, x: number, y: number, width: number, height: number): void {
    const image = drawn.get(source)?.image;
    if (image === null || image === undefined) throw new Error('an empty canvas was drawn');
    const smooth = this.imageSmoothingEnabled ? '' : ' style="image-rendering:pixelated"';
    this.#add(`<image x="${x}" y="${y}" width="${width}" height="${height}" href="data:image/png;base64,${pngOf(image, 0).toString('base64')}"${smooth}`);
  }

  #alpha(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${this.globalAlpha}"`;
  }

  #add(open: string, text?: string): void {
    this.elements.push(`${open}${this.#transform === '' ? '' : ` transform="${this.#transform.trim()}"`}${text === undefined ? '/>' : `>${text}</text>`}`);
  }
}

/** From now on canvases of this page record. */
export function recordCanvases(): void {
  Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', {
    configurable: true,
    value(this: HTMLCanvasElement) {
      const known = drawn.get(this) ?? new Recorder();
      drawn.set(this, known);
      return known;
    },
  });
}

/** What was drawn on a canvas. */
export function svgOfCanvas(canvas: HTMLCanvasElement): string {
  const { width, height } = canvas;
  return `<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">${drawn.get(canvas)?.elements.join('') ?? ''}</svg>`;
}
