/** A plan as the kernels read it: the layout of src/engine/kernels-as/map-plan.ts, offsets in 32-bit words. */
import { assertNever } from '../../../shared/assert-never';
import type { MapPlan } from '../../core/kernels/map-plan';
import type { KernelMemory } from './kernel-memory';

/** Bytes of a written plan. */
export const PLAN_BYTES = 256;
/** Elements of a row that the statistics can take. */
export const BLOCK = 8192;
/** Bytes of the scratch that all plans of a memory share. */
export const SCRATCH_BYTES = 320 + BLOCK + 256 + 4 * BLOCK;
/** Counters of a group. */
export const COUNTERS = 17;

const KINDS = { octaves: 0, halves: 1, halvesBytes: 2, steps: 3, stepsSplit: 4 } as const;
const NO_GAP = 127;
const THRESHOLDS = 16;
/** In bytes: tables of codes 1 to 16, a table for each byte of a value. */
const TABLES = 128;
const TABLE = 64;

/** The plan in memory, with what else the loops need of the quantiser. */
export interface WrittenPlan {
  readonly plan: MapPlan;
  readonly thresholds: Int32Array;
  /** Outputs as uint8 (only of plan `halves`); null for float32. */
  readonly bytes: Uint8Array | null;
  readonly scratch: number;
}

export function writePlan(memory: KernelMemory, address: number, { plan, thresholds, bytes, scratch }: WrittenPlan): void {
  const words = memory.i32(address, PLAN_BYTES / 4);
  const floats = memory.f32(address, PLAN_BYTES / 4);
  words[1] = thresholds.length + 1;
  words[2] = scratch;
  words.set(thresholds, THRESHOLDS);
  switch (plan.kind) {
    case 'octaves':
      words[0] = KINDS.octaves;
      words[3] = plan.low;
      words[4] = plan.high;
      floats[10] = plan.scale;
      return;
    case 'halves':
      words[0] = bytes === null ? KINDS.halves : KINDS.halvesBytes;
      floats[9] = plan.range;
      floats[10] = plan.divisor;
      if (bytes !== null) memory.u8(address + TABLES, 16).set(bytes.subarray(1));
      return;
    case 'steps':
      words[0] = plan.outputs.length === 1 ? KINDS.steps : KINDS.stepsSplit;
      words[5] = plan.first;
      words[6] = plan.second;
      words[7] = plan.drift;
      words[8] = plan.gap ? 1 : NO_GAP;
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
