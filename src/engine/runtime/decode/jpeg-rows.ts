/**
 * The SIMD decoder for ordinary JPEGs (src/engine/kernels-as/jpeg-scan.ts): the same bytes as libjpeg in a fraction of its time, and only
 * the part that is wanted. It refuses at the first irregularity; jpeg-decoder.ts then decodes the whole picture, and is the one that judges.
 */
import { checkImageSize } from '../../core/images/image-limits';
import { huffmanTableBytes } from '../../core/images/jpeg-huffman';
import { checkJpegKind, readJpegHeader } from '../../core/images/jpeg-header';
import { planJpeg, type JpegPlan } from '../../core/images/jpeg-plan';
import type { PictureRows, Window } from './picture-kernels';
import type { ScratchMemory } from './scratch-memory';

/** Larger pictures are rare, and would leave their planes of samples in memory. */
const mostPixels = 6_000_000;
/** libjpeg interpolates chroma of tiny pictures in another way. */
const leastSide = 16;
/** Beyond the wanted part: interpolation looks at the neighbours. */
const margin = 2;
/** What a damaged scan can read beyond its end before that is noticed. */
const slackBytes = 4096;

const multipleOf = (step: number, value: number): number => Math.ceil(value / step) * step;

/**
 * The rows of a JPEG, or null when it is not of the ordinary kind. `open` decodes, and gives null when the data is not in perfect order.
 * Throws ImageSkip as decodeJpeg does for what the header tells.
 */
export function jpegRows(bytes: Uint8Array, scratch: ScratchMemory): PictureRows | null {
  const header = readJpegHeader(bytes);
  checkJpegKind(header);
  checkImageSize(header.width, header.height);
  const plan = planJpeg(bytes);
  if (plan === null || plan.width * plan.height > mostPixels || Math.min(plan.width, plan.height) < leastSide) return null;
  const { width, height } = plan;
  let job = 0;
  let line = 0;
  let left = 0;
  let pixels = 0;
  let stride = 0;
  return {
    width,
    height,
    open: (window) => {
      const decoded = decode(bytes, plan, window, scratch);
      if (decoded === null) return null;
      job = decoded;
      left = Math.floor(window.left / 16) * 16;
      pixels = multipleOf(16, window.left + window.width - left);
      stride = pixels * 3;
      line = scratch.take(8 * multipleOf(16, width) + 256);
      return { left, stride };
    },
    place: (first, rows, address) =>
      scratch.memory.kernels.colourRows(job, first, rows, left, pixels, Math.ceil(width / plan.lumaAcross), Math.ceil(height / plan.lumaDown), line, address, stride),
  };
}

/** Decodes the blocks around the window into planes. Returns the address of the job, or null. */
function decode(bytes: Uint8Array, plan: JpegPlan, window: Window, scratch: ScratchMemory): number | null {
  const { width, height, lumaAcross, lumaDown, parts, restartInterval, scanStart } = plan;
  const unitWidth = 8 * lumaAcross;
  const unitHeight = 8 * lumaDown;
  const across = Math.ceil(width / unitWidth);
  const down = Math.ceil(height / unitHeight);
  const mostPieces = restartInterval === 0 ? 1 : Math.ceil((across * down) / restartInterval);
  const data = bytes.subarray(scanStart);
  const source = scratch.take(data.length + 16);
  scratch.memory.u8(source, data.length).set(data);
  const pieces = scratch.take(mostPieces * 8);
  const clean = scratch.take(data.length + 32 * mostPieces + slackBytes);
  const { kernels } = scratch.memory;
  const count = kernels.splitScan(source, source + data.length, clean, pieces, mostPieces);
  if (count !== mostPieces) return null;
  const block = scratch.take(128);
  const job = [
    pieces, count, restartInterval === 0 ? across * down : restartInterval, across, down, parts.length, lumaAcross, lumaDown,
    Math.max(0, Math.floor((window.left - margin) / unitWidth)), Math.ceil((window.left + window.width + margin) / unitWidth),
    Math.max(0, Math.floor((window.top - margin) / unitHeight)), Math.ceil((window.top + window.height + margin) / unitHeight),
    block,
  ];
  for (const [index, { dc, ac, steps }] of parts.entries()) {
    const stride = across * (index === 0 ? unitWidth : 8) + 32;
    // Sixteen bytes of margin on the left for the neighbour of the first sample.
    const plane = scratch.take(stride * down * (index === 0 ? unitHeight : 8) + 64) + 16;
    const [dcTable, acTable] = [scratch.take(huffmanTableBytes), scratch.take(huffmanTableBytes)];
    scratch.memory.u8(dcTable, huffmanTableBytes).set(dc);
    scratch.memory.u8(acTable, huffmanTableBytes).set(ac);
    job.push(plane, stride, dcTable, acTable, scratch.put(new Int32Array(steps.buffer)));
  }
  const address = scratch.put(Int32Array.from(job));
  return scratch.memory.kernels.decodeScan(address) === 0 ? address : null;
}
