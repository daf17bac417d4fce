import { describe, expect, it } from 'vitest';
import { bandOption } from '../../src/charts/band-option';
import { lightTheme } from '../../src/charts/chart-theme';
import { renderSvg } from '../../src/charts/render-svg';
import type { Band } from '../../src/shared/records';

const words = { axis: 'top-1', images: (count: number) => `${count} images`, percent: (value: number) => value.toFixed(2) };
const band: Band = { runId: 'r', total: 400, points: Array.from({ length: 20 }, (_, i) => ({ images: 10 * (i + 1), top1: 80, ci95: [80 - 40 / Math.sqrt(i + 1), 80 + 20 / Math.sqrt(i + 1)] as [number, number] })) };
const size = { width: 280, height: 132 };

/** Corners of the band. */
function corners(svg: string): { x: number; y: number }[] {
  const numbers = (/<polygon points="([^"]+)"/.exec(svg)?.[1] ?? '').split(' ').map(Number);
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i] ?? 0, y: numbers[2 * i + 1] ?? 0 }));
}

describe('bandOption', () => {
  it('draws the line, the band in the colour of the scheme, and what the run is held against', () => {
    const svg = renderSvg(bandOption(band, 'BitLog2_Half_17', 84, lightTheme, words), size);
    const colour = lightTheme.schemes.BitLog2_Half_17;
    expect(svg).toMatch(new RegExp(`<polygon [^>]*fill="${colour}" fill-opacity="0.2"`));
    // Twenty points below and twenty above.
    expect(corners(svg)).toHaveLength(40);
    expect(svg).toContain(`stroke="${colour}"`);
    expect(svg.split('<').some((tag) => tag.includes(`stroke="${lightTheme.schemes.none}"`) && tag.includes('dasharray'))).toBe(true);
    expect(renderSvg(bandOption(band, 'BitLog2_Half_17', null, lightTheme, words), size)).not.toContain(`stroke="${lightTheme.schemes.none}"`);
  });

  it('narrows: the band is wider at its beginning than at its end', () => {
    const svg = renderSvg(bandOption(band, 'Sqrt2_17', null, lightTheme, words), size);
    const points = corners(svg);
    const at = (x: number): number[] => points.filter((point) => Math.abs(point.x - x) < 0.01).map(({ y }) => y);
    const width = (x: number): number => Math.max(...at(x)) - Math.min(...at(x));
    const places = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
    expect(width(places[0] ?? 0)).toBeGreaterThan(3 * width(places.at(-1) ?? 0));
  });

  it('is an empty chart before the first image', () => {
    expect(renderSvg(bandOption({ ...band, points: [] }, 'Sqrt2_17', null, lightTheme, words), size)).toContain('<svg');
  });
});
