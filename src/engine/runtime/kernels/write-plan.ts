/** A plan as the kernels read it: the layout of src/engine/kernels-as/map-plan.ts. */
import { assertNever } from '../../../shared/assert-never';
import type { MapPlan } from '../../core/kernels/map-plan';
import type { KernelMemory } from './kernel-memory';

/** Bytes of a written plan. */
export const PLAN_BYTES = 336;
/** Elements of a row that the statistics can take. */
export const BLOCK = 8192;
/** Bytes of the scratch that all plans of a memory share. */
export const SCRATCH_BYTES = 320 + BLOCK + 256 + 4 * BLOCK;
/** Counters of a group. */
export const COUNTERS = 17;

const KINDS = { octaves: 0, halves: 1, halvesBytes: 2, steps: 3, stepsSplit: 4 } as const;
/** Vectors of equal lanes, by their offset in bytes. */
const VECTORS = { low: 16, high: 32, range: 16, top: 32, first: 16, second: 32, drift: 48, scale: 48, mask: 64, shift: 80, most: 96, gap: 112, ones: 128 } as const;
const THRESHOLDS = 144;
/** Tables of codes 1 to 16, a table for each byte of a value. */
const TABLES = 208;
const TABLE = 64;
const EXPONENT = 0x7f800000;
const HALVES = 0x7fc00000;
const MANTISSA = 0x007fffff;
/** No counted step lies above. */
const NO_GAP = 127;

/** The plan in memory, with what else the loops need of the quantiser. */
export interface WrittenPlan {
  readonly plan: MapPlan;
  readonly thresholds: Int32Array;
  /** Outputs as uint8 (only of plan `halves`); null for float32. */
  readonly bytes: Uint8Array | null;
  readonly scratch: number;
}

export function writePlan(memory: KernelMemory, address: number, { plan, thresholds, bytes, scratch }: WrittenPlan): void {
  const whole = (name: keyof typeof VECTORS, value: number): void => void memory.i32(address + VECTORS[name], 4).fill(value);
  const float = (name: keyof typeof VECTORS, value: number): void => void memory.f32(address + VECTORS[name], 4).fill(value);
  const short = (name: keyof typeof VECTORS, value: number): void => whole(name, ((value & 0xffff) << 16) | (value & 0xffff));
  const byte = (name: keyof typeof VECTORS, value: number): void => void memory.u8(address + VECTORS[name], 16).fill(value);
  const head = memory.i32(address, 4);
  const levels = thresholds.length + 1;
  head[1] = levels;
  head[2] = scratch;
  byte('ones', 1);
  memory.i32(address + THRESHOLDS, thresholds.length).set(thresholds);
  switch (plan.kind) {
    case 'octaves':
      head[0] = KINDS.octaves;
      whole('low', plan.low);
      whole('high', plan.high);
      float('scale', plan.scale);
      whole('mask', EXPONENT);
      return;
    case 'halves':
      head[0] = bytes === null ? KINDS.halves : KINDS.halvesBytes;
      float('range', plan.range);
      float('top', plan.range - 1);
      head[3] = plan.factor === null ? 0 : 1;
      float('scale', plan.factor ?? plan.divisor);
      whole('mask', HALVES);
      // Exponent and first mantissa bit of 1.0 become 1.
      short('shift', 1 - 2 * 127);
      if (bytes !== null) memory.u8(address + TABLES, 16).set(bytes.subarray(1));
      return;
    case 'steps':
      head[0] = plan.outputs.length === 1 ? KINDS.steps : KINDS.stepsSplit;
      whole('first', plan.first);
      whole('second', plan.second);
      whole('drift', plan.drift);
      whole('mask', MANTISSA);
      // At the first step of all, none of the firsts and one of the seconds has yet to be passed.
      short('shift', 2);
      short('most', plan.gap ? levels : levels - 1);
      byte('gap', plan.gap ? 1 : NO_GAP);
      plan.outputs.forEach((output, index) => writeByteTables(memory, address + TABLES + index * TABLE, output));
      return;
    default:
      assertNever(plan);
  }
}

/** Bytes 0, 1, 2, 3 of the values of codes 1, 2, ...: a table lookup of the processor takes one byte at a time. */
function writeByteTables(memory: KernelMemory, address: number, output: Float32Array): void {
  const bytes = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  const tables = memory.u8(address, TABLE).fill(0);
  for (let code = 1; code < output.length; code++) {
    for (let byte = 0; byte < 4; byte++) tables[16 * byte + code - 1] = bytes[4 * code + byte] ?? 0;
  }
}
