/** Resizing, cropping and normalising in WebAssembly: the same bytes and floats as core/images, which defines them. */
import { packedTapsFor, type PackedTaps } from '../../core/images/packed-taps';
import type { Picture } from '../../core/images/picture';
import type { Region } from '../../core/images/resample';
import { cropGeometry, type CropSettings, type Size } from '../../core/images/resize-and-crop';
import type { ScratchMemory } from './scratch-memory';

/** Rows that are resized along x at a time: few enough to stay in the cache, a multiple of the four that the kernel takes together. */
const bandRows = 32;

/** Part of a picture, in its pixels. */
export type Window = Region;

/** Pixels that are put where the kernels find them when they need them. */
export interface PictureRows {
  readonly width: number;
  readonly height: number;
  /**
   * Says which part will be asked for, once, before the first `place`. Returns how the rows will lie (their first column, bytes from row
   * to row), or null when these rows cannot be had.
   */
  open(window: Window): { readonly left: number; readonly stride: number } | null;
  /** Writes rows first..first+rows-1 as RGB bytes to `address` on. */
  place(first: number, rows: number, address: number): void;
}

interface Placed {
  readonly address: number;
  /** From row to row, in bytes. */
  readonly stride: number;
}

const multipleOf16 = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** A decoded picture as rows. */
export function rowsOf({ width, height, data }: Picture, scratch: ScratchMemory): PictureRows {
  const stride = width * 3;
  return {
    width,
    height,
    open: () => ({ left: 0, stride }),
    place: (first, rows, address) => scratch.memory.u8(address, rows * stride).set(data.subarray(first * stride, (first + rows) * stride)),
  };
}

function tapsOf(size: Size, settings: CropSettings): { readonly x: PackedTaps; readonly y: PackedTaps; readonly region: Region } {
  const { resized, region } = cropGeometry(size, settings);
  return {
    region,
    x: packedTapsFor(size.width, resized.width, settings.interpolation, region.left, region.width),
    y: packedTapsFor(size.height, resized.height, settings.interpolation, region.top, region.height),
  };
}

/** The part of a picture that its crop is made of. */
export function neededWindow(size: Size, settings: CropSettings): Window {
  const { x, y } = tapsOf(size, settings);
  return { left: x.first, top: y.first, width: x.reach, height: y.reach };
}

/** The crop, input x input RGB rows in `scratch`; null when the rows cannot be had. The region must fill the square. */
function cropInto(scratch: ScratchMemory, picture: PictureRows, settings: CropSettings): Placed | null {
  const { x, y, region } = tapsOf(picture, settings);
  const opened = picture.open(neededWindow(picture, settings));
  if (opened === null) return null;
  const { left, stride } = opened;
  const [startsX, weightsX, startsY, weightsY] = [scratch.put(x.starts), scratch.put(x.weights), scratch.put(y.starts), scratch.put(y.weights)];
  // Taps of weight 0 reach behind the last pixel and row: there must be something to read.
  const band = scratch.take(bandRows * stride + x.taps * 3 + 64);
  const between = multipleOf16(region.width * 3 + 1);
  const middle = scratch.take((y.reach + y.taps) * between);
  const final = multipleOf16(region.width * 3);
  const address = scratch.take(region.height * final);
  const { kernels } = scratch.memory;
  for (let row = 0; row < y.reach; row += bandRows) {
    const rows = Math.min(bandRows, y.reach - row);
    picture.place(y.first + row, rows, band);
    kernels.resampleRows(band, stride, rows, middle + row * between, between, startsX, left, weightsX, region.width, x.taps / 4);
  }
  kernels.resampleColumns(middle, between, address, final, region.height, startsY, y.first, weightsY, y.taps / 2);
  return { address, stride: final };
}

/** resizeAndCrop in WebAssembly; null when the rows cannot be had. */
export function resizeAndCropRows(scratch: ScratchMemory, rows: PictureRows, settings: CropSettings): Picture | null {
  const { input } = settings;
  const placed = cropInto(scratch, rows, settings);
  if (placed === null) return null;
  const { address, stride } = placed;
  const bytes = scratch.memory.u8(address, input * stride);
  const line = input * 3;
  if (stride === line) return { width: input, height: input, data: bytes.slice() };
  const data = new Uint8Array(input * line);
  for (let row = 0; row < input; row++) data.set(bytes.subarray(row * stride, row * stride + line), row * line);
  return { width: input, height: input, data };
}

/**
 * Resizes, crops and normalises into `out` from `offset` on, [3, input, input]; `table` as normalisationTable makes it.
 * Returns false, with `out` untouched, when the rows cannot be had.
 */
export function prepareRows(scratch: ScratchMemory, rows: PictureRows, settings: CropSettings, table: Float32Array, out: Float32Array, offset: number): boolean {
  const { input } = settings;
  const placed = cropInto(scratch, rows, settings);
  if (placed === null) return false;
  const { address, stride } = placed;
  const size = 3 * input * input;
  const values = scratch.put(table);
  const target = scratch.take(size * 4);
  scratch.memory.kernels.normaliseRgb(address, stride, input, input, values, target);
  out.set(scratch.memory.f32(target, size), offset);
  return true;
}
