/** Evaluation geometry of the networks: short side to floor(input / cropPct), then the centre input x input, as torchvision does. */
import { createPicture, type Picture } from './picture';
import type { Interpolation } from './resample-filters';
import { resampleRegion, type Region } from './resample';

export interface CropSettings {
  /** Side of the square that the network takes, in pixels. */
  readonly input: number;
  readonly cropPct: number;
  readonly interpolation: Interpolation;
  /** Both sides are resized, whatever the picture's shape. */
  readonly squash?: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size after resizing: the short side is floor(input / cropPct), the long side keeps the ratio and is truncated; squashed, both are that long. */
export function resizedSize(picture: Size, settings: CropSettings): Size {
  const side = Math.floor(settings.input / settings.cropPct);
  const { width, height } = picture;
  if (settings.squash === true) return { width: side, height: side };
  return width <= height
    ? { width: side, height: Math.trunc((side * height) / width) }
    : { width: Math.trunc((side * width) / height), height: side };
}

/** Half of a difference, halves to even, as Python's round. */
function halfToEven(difference: number): number {
  const below = Math.floor(difference / 2);
  return difference % 2 === 0 || below % 2 === 0 ? below : below + 1;
}

/** Which part of the resized picture the network sees, and where it lies in the network's square. */
export interface CropGeometry {
  readonly resized: Size;
  readonly region: Region;
  /** Black columns and rows before the region, where the resized picture is smaller than the square. */
  readonly padLeft: number;
  readonly padTop: number;
  /** The region fills the square. */
  readonly full: boolean;
}

/**
 * Where the resized picture is smaller than the crop (cropPct above 1) it is centred on black, the odd pixel going right and below.
 */
export function cropGeometry(picture: Size, settings: CropSettings): CropGeometry {
  const { input } = settings;
  const resized = resizedSize(picture, settings);
  const { width, height } = resized;
  const region = {
    left: width > input ? halfToEven(width - input) : 0,
    top: height > input ? halfToEven(height - input) : 0,
    width: Math.min(width, input),
    height: Math.min(height, input),
  };
  return {
    resized,
    region,
    padLeft: Math.max(0, Math.floor((input - width) / 2)),
    padTop: Math.max(0, Math.floor((input - height) / 2)),
    full: region.width === input && region.height === input,
  };
}

/**
 * The picture as the network sees it before normalisation: input x input. This is the definition; PictureKernels does the same in WebAssembly.
 */
export function resizeAndCrop(picture: Picture, settings: CropSettings): Picture {
  const { input, interpolation } = settings;
  const { resized, region, padLeft, padTop, full } = cropGeometry(picture, settings);
  const inner = resampleRegion(picture, resized.width, resized.height, interpolation, region);
  if (full) return inner;
  const output = createPicture(input, input);
  for (let row = 0; row < region.height; row++) {
    const line = inner.data.subarray(row * region.width * 3, (row + 1) * region.width * 3);
    output.data.set(line, ((padTop + row) * input + padLeft) * 3);
  }
  return output;
}
