/**
 * Attention maps quantised where they lie, in a `KernelMemory`: by SIMD kernels, or by the level table in TypeScript where no kernel is
 * exact (`implementation` says which; with 4 bits it is SIMD for all six schemes). Both give the same bits for every float.
 */
import { buildLevelTable, type LevelTable } from '../../core/kernels/level-table';
import { planMap, type MapPlan } from '../../core/kernels/map-plan';
import type { MapOutput } from '../../core/graph/integer/map-forms';
import type { MapShape } from '../../core/quantizers/attention-quantizer';
import type { LogScheme } from '../../core/quantizers/scheme';
import type { KernelMemory } from './kernel-memory';
import { TableRun } from './table-run';
import { BLOCK, COUNTERS, PLAN_BYTES, SCRATCH_BYTES, writePlan } from './write-plan';

export interface MapKernelSpec {
  readonly scheme: LogScheme;
  readonly delta: number;
  /** Bits of the activations, as everywhere. */
  readonly aBits: number;
  readonly output: MapOutput;
}

/** One image's maps of one block. Addresses are bytes in the `KernelMemory`, at multiples of 4. */
export interface MapJob {
  /** [batch, heads, rows, cols], float32. */
  readonly x: number;
  /** As many elements; may be `x`. */
  readonly out: number;
  /** For `two-accumulators`. */
  readonly second?: number;
  readonly shape: MapShape;
  /** Where codes go, uint8 (uint16 where a scheme has more than 256 levels). */
  readonly codes?: number;
  /** [heads, levelCount], added to. */
  readonly counts?: Float64Array | Uint32Array;
  /** Digest of the blocks before, 0 to start: then the result is that with this one. */
  readonly digest?: number;
  /** Where float64 [batch * heads * rows, 4] go: of each row sum before, sum after, squared error, absolute error (`rowStatistics`). Only for `values`. */
  readonly statistics?: number;
}

export interface MapKernel {
  readonly implementation: 'simd' | 'table';
  /** code -> value. */
  readonly levels: Float32Array;
  readonly levelCount: number;
  /** Bytes of an element of `out`, and of a code. */
  readonly outputBytes: number;
  readonly codeBytes: number;
  /** @returns the digest, 0 unless asked for */
  run(job: MapJob): number;
}

/** Most heads: room for their counters is reserved at once. */
const MOST_HEADS = 256;

/** What a kernel is made of. */
export interface CompiledMap {
  readonly table: LevelTable;
  readonly output: MapOutput;
  /** Float32 of each code; two lists for `two-accumulators`. */
  readonly outputs: readonly Float32Array[];
}

/** The kernels of one memory. They share scratch, so that one more costs a third of a kilobyte. */
export class MapKernels {
  private readonly scratch: number;
  private readonly counts: number;
  private readonly digest: number;

  constructor(private readonly memory: KernelMemory) {
    this.scratch = memory.reserve(SCRATCH_BYTES);
    this.counts = memory.reserve(MOST_HEADS * COUNTERS * 4);
    this.digest = memory.reserve(4);
  }

  /**
   * Compiles a quantiser. Reserves memory, which may detach views: compile first.
   * @throws {Error} when the scheme has no such output
   */
  compile({ scheme, delta, aBits, output }: MapKernelSpec): MapKernel {
    const levels = scheme.levels(delta, aBits);
    const table = buildLevelTable((x) => scheme.codeOf(x, delta, aBits), levels);
    const compiled = { table, output, outputs: outputsOf(scheme, levels, aBits, output) };
    const plan = planMap(table, compiled.outputs);
    const common = { levels, levelCount: levels.length, outputBytes: output === 'level-bytes' ? 1 : 4, codeBytes: levels.length > 256 ? 2 : 1 };
    if (plan === null || (output === 'level-bytes' && plan.kind !== 'halves')) {
      const tableRun = new TableRun(this.memory, compiled);
      return { ...common, implementation: 'table', run: (job) => tableRun.run(checked(job, output, levels.length)) };
    }
    const address = this.write(plan, compiled);
    return { ...common, implementation: 'simd', run: (job) => this.run(address, checked(job, output, levels.length), levels.length) };
  }

  private write(plan: MapPlan, { table, output, outputs }: CompiledMap): number {
    const address = this.memory.reserve(PLAN_BYTES);
    const bytes = output === 'level-bytes' ? Uint8Array.from(outputs[0] ?? []) : null;
    writePlan(this.memory, address, { plan, thresholds: table.thresholds, bytes, scratch: this.scratch });
    return address;
  }

  private run(plan: number, job: MapJob, levelCount: number): number {
    const { batch, heads, rows, cols } = job.shape;
    const wantsDigest = job.digest !== undefined;
    if (job.digest !== undefined) this.memory.u32(this.digest, 1)[0] = job.digest;
    this.memory.kernels.quantizeMaps(
      plan,
      job.x,
      job.out,
      job.second ?? 0,
      job.codes ?? 0,
      job.counts === undefined ? 0 : this.counts,
      wantsDigest ? this.digest : 0,
      job.statistics ?? 0,
      batch * heads,
      rows,
      cols,
      heads,
    );
    if (job.counts !== undefined) this.addCounts(job.counts, heads, levelCount);
    return wantsDigest ? (this.memory.u32(this.digest, 1)[0] ?? 0) : 0;
  }

  private addCounts(into: Float64Array | Uint32Array, heads: number, levelCount: number): void {
    const found = this.memory.u32(this.counts, heads * COUNTERS);
    for (let head = 0; head < heads; head++) {
      for (let code = 0; code < levelCount; code++) {
        const place = head * levelCount + code;
        into[place] = (into[place] ?? 0) + (found[head * COUNTERS + code] ?? 0);
      }
    }
  }
}

function outputsOf(scheme: LogScheme, levels: Float32Array, aBits: number, output: MapOutput): Float32Array[] {
  if (output === 'values') return [levels];
  const integers = scheme.integerLevels(aBits);
  const wanted = output === 'two-accumulators';
  if (integers === null || (integers.root !== null) !== wanted) throw new Error(`${scheme.id} with ${aBits} bits has no output ${output}`);
  if (output === 'level-bytes' && Math.max(...integers.whole) > 255) throw new Error(`${scheme.id} has levels above 255`);
  return [integers.whole, ...(integers.root === null ? [] : [integers.root])].map((list) => Float32Array.from(list));
}

function checked(job: MapJob, output: MapOutput, levelCount: number): MapJob {
  const { heads, cols } = job.shape;
  if (heads > MOST_HEADS) throw new Error(`${heads} heads, ${MOST_HEADS} are the most`);
  if (job.counts !== undefined && job.counts.length !== heads * levelCount) throw new Error(`${job.counts.length} counts do not fit ${heads} heads and ${levelCount} levels`);
  if ((job.second !== undefined) !== (output === 'two-accumulators')) throw new Error(`output ${output} and a second address do not go together`);
  if (job.statistics !== undefined && (output !== 'values' || cols > BLOCK)) throw new Error('row statistics are of values, in rows of at most 8192');
  return job;
}
