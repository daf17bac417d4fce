/** Every chart against its accepted picture, in both themes. A chart that changed on purpose: look at it, then `npm run pictures:accept`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { darkTheme, lightTheme } from '../../src/charts/chart-theme';
import { renderSvg } from '../../src/charts/render-svg';
import { pictureCases } from './picture-cases';
import { normalSvg, pixelsOf, pngOf, storedNames, storedSvg } from './stored-picture';

const themes = { light: lightTheme, dark: darkTheme } as const;
const names = Object.keys(pictureCases).sort();
const again = 'the picture changed: look at it, then npm run pictures:accept';

describe.each(['light', 'dark'] as const)('charts, %s', (theme) => {
  it.each(Object.entries(pictureCases))('%s is drawn as accepted', (name, { option, width, height }) => {
    const drawn = normalSvg(renderSvg(option(themes[theme]), { width, height }));
    expect(drawn, again).toBe(storedSvg(`chart-${name}-${theme}`, drawn));
  });
});

it('has one picture per case and theme, and none of a case that is gone', () => {
  expect(storedNames('chart-')).toEqual(names.flatMap((name) => [`chart-${name}-dark.svg`, `chart-${name}-light.svg`]).sort());
});

it('draws every option function of src/charts', () => {
  const source = join(import.meta.dirname, '..', '..', 'src', 'charts');
  const options = readdirSync(source).filter((file) => file.endsWith('-option.ts'));
  const cases = readFileSync(join(import.meta.dirname, 'picture-cases.ts'), 'utf8');
  expect(options.filter((file) => !cases.includes(`/charts/${file.replace('.ts', '')}'`))).toEqual([]);
});

it('sees a change of one colour, one number or one word', () => {
  const { option, width, height } = pictureCases['images-drift'] ?? { option: () => ({}), width: 1, height: 1 };
  const draw = (theme: typeof lightTheme): string => normalSvg(renderSvg(option(theme), { width, height }));
  const stored = storedSvg('chart-images-drift-light', draw(lightTheme));
  expect(draw(lightTheme)).toBe(stored);
  expect(draw({ ...lightTheme, textWeak: '#656e7a' })).not.toBe(stored);
  expect(normalSvg('<text x="1.004">a</text>')).not.toBe(normalSvg('<text x="1.02">a</text>'));
});

it('reads back the pixels it wrote', () => {
  const pixels = { width: 3, height: 2, data: Uint8ClampedArray.from({ length: 24 }, (_, at) => at * 10) };
  expect(pixelsOf(pngOf(pixels))).toEqual(pixels);
});
