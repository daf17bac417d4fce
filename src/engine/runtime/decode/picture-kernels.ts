/** Resizing, cropping and normalising in WebAssembly: the same bytes and floats as core/images, which defines them. */
import { packedTapsFor, type PackedTaps } from '../../core/images/packed-taps';
import type { Picture } from '../../core/images/picture';
import type { Region } from '../../core/images/resample';
import { cropGeometry, type CropSettings, type Size } from '../../core/images/resize-and-crop';
import type { ScratchMemory } from './scratch-memory';

/** Rows that are resized along x at a time: few enough to stay in the cache, a multiple of the four that the kernel takes together. */
const bandRows = 32;

interface Placed {
  readonly address: number;
  /** From row to row, in bytes. */
  readonly stride: number;
}

const multipleOf16 = (bytes: number): number => Math.ceil(bytes / 16) * 16;

function tapsOf(size: Size, settings: CropSettings): { readonly x: PackedTaps; readonly y: PackedTaps; readonly region: Region } {
  const { resized, region } = cropGeometry(size, settings);
  return {
    region,
    x: packedTapsFor(size.width, resized.width, settings.interpolation, region.left, region.width),
    y: packedTapsFor(size.height, resized.height, settings.interpolation, region.top, region.height),
  };
}

/** The crop, input x input RGB rows in `scratch`. The region must fill the square. */
function cropInto(scratch: ScratchMemory, { width, height, data }: Picture, settings: CropSettings): Placed {
  const { x, y, region } = tapsOf({ width, height }, settings);
  const line = width * 3;
  const [startsX, weightsX, startsY, weightsY] = [scratch.put(x.starts), scratch.put(x.weights), scratch.put(y.starts), scratch.put(y.weights)];
  // Taps of weight 0 reach behind the last pixel and row: there must be something to read.
  const band = scratch.take(bandRows * line + x.taps * 3 + 64);
  const between = multipleOf16(region.width * 3 + 1);
  const middle = scratch.take((y.reach + y.taps) * between);
  const final = multipleOf16(region.width * 3);
  const address = scratch.take(region.height * final);
  const { kernels } = scratch.memory;
  for (let row = 0; row < y.reach; row += bandRows) {
    const rows = Math.min(bandRows, y.reach - row);
    const first = y.first + row;
    scratch.memory.u8(band, rows * line).set(data.subarray(first * line, (first + rows) * line));
    kernels.resampleRows(band, line, rows, middle + row * between, between, startsX, 0, weightsX, region.width, x.taps / 4);
  }
  kernels.resampleColumns(middle, between, address, final, region.height, startsY, y.first, weightsY, y.taps / 2);
  return { address, stride: final };
}

/** resizeAndCrop in WebAssembly. The region must fill the square. */
export function resizeAndCropRows(scratch: ScratchMemory, picture: Picture, settings: CropSettings): Picture {
  const { input } = settings;
  const { address, stride } = cropInto(scratch, picture, settings);
  const bytes = scratch.memory.u8(address, input * stride);
  const line = input * 3;
  if (stride === line) return { width: input, height: input, data: bytes.slice() };
  const data = new Uint8Array(input * line);
  for (let row = 0; row < input; row++) data.set(bytes.subarray(row * stride, row * stride + line), row * line);
  return { width: input, height: input, data };
}

/** Resizes, crops and normalises into `out` from `offset` on, [3, input, input]; `table` as normalisationTable makes it. The region must fill the square. */
export function prepareRows(scratch: ScratchMemory, picture: Picture, settings: CropSettings, table: Float32Array, out: Float32Array, offset: number): void {
  const { input } = settings;
  const { address, stride } = cropInto(scratch, picture, settings);
  const size = 3 * input * input;
  const values = scratch.put(table);
  const target = scratch.take(size * 4);
  scratch.memory.kernels.normaliseRgb(address, stride, input, input, values, target);
  out.set(scratch.memory.f32(target, size), offset);
}
