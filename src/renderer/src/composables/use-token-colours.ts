/** The stylesheet's colours as numbers, for canvases; they follow the theme. */
import { storeToRefs } from 'pinia';
import type { ComputedRef } from 'vue';
import { computed } from 'vue';
import type { DifferenceColours } from '../raster/paint';
import type { Rgb } from '../raster/viridis';
import { parseHex } from '../raster/viridis';
import { usePreferences } from '../stores/preferences';

export interface TokenColours {
  readonly surface: Rgb;
  readonly text: Rgb;
  readonly difference: DifferenceColours;
}

export function useTokenColours(): ComputedRef<TokenColours> {
  const { dark } = storeToRefs(usePreferences());
  return computed(() => {
    const style = getComputedStyle(document.documentElement);
    // The property is read per theme: the store writes the attribute at once when `dark` changes.
    const colour = (name: string): Rgb => parseHex(style.getPropertyValue(name) || (dark.value ? '#000000' : '#ffffff'));
    const surface = colour('--surface');
    return { surface, text: colour('--text'), difference: { negative: colour('--diff-negative'), neutral: surface, positive: colour('--diff-positive') } };
  });
}
