/** The sequential colour map of every attention map, equal in both themes (viridis: perceptual, safe for colour-blind eyes). */

const anchors = [0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725];

export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

function anchor(index: number): Rgb {
  const hex = anchors[Math.min(index, anchors.length - 1)] ?? 0;
  return { r: hex >> 16, g: (hex >> 8) & 255, b: hex & 255 };
}

export function mix(from: Rgb, to: Rgb, t: number): Rgb {
  return { r: from.r + (to.r - from.r) * t, g: from.g + (to.g - from.g) * t, b: from.b + (to.b - from.b) * t };
}

/** Colour at t in 0..1. */
export function viridis(t: number): Rgb {
  const place = Math.min(1, Math.max(0, t)) * (anchors.length - 1);
  const low = Math.floor(place);
  return mix(anchor(low), anchor(low + 1), place - low);
}

/** 256 colours as RGB triples, for look-up by byte. */
export const viridisTable: Uint8ClampedArray = (() => {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const { r, g, b } = viridis(i / 255);
    table.set([r, g, b], i * 3);
  }
  return table;
})();

/** "#rrggbb" as numbers; the tokens of the stylesheet are written so. */
export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.trim().replace('#', ''), 16);
  return { r: (value >> 16) & 255, g: (value >> 8) & 255, b: value & 255 };
}

export function toCss(colour: Rgb): string {
  return `rgb(${Math.round(colour.r)} ${Math.round(colour.g)} ${Math.round(colour.b)})`;
}

/** The whole map as the background of a legend's bar, from the left. */
export const viridisGradient = `linear-gradient(to right, ${Array.from({ length: 16 }, (_, i) => toCss(viridis(i / 15))).join(', ')})`;
