import type { Locator } from 'playwright-core';

/** The pixels of a canvas: its size, and of each pixel, row by row, how light it is (0..255; colours of a perceptual map are in this order). */
export function mapPixels(canvas: Locator): Promise<{ width: number; height: number; light: number[] }> {
  return canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('not a canvas');
    const { width, height } = element;
    const { data } = element.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
    const light = Array.from({ length: width * height }, (_, at) => 0.2126 * (data[at * 4] ?? 0) + 0.7152 * (data[at * 4 + 1] ?? 0) + 0.0722 * (data[at * 4 + 2] ?? 0));
    return { width, height, light };
  });
}
