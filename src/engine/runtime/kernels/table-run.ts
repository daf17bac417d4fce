/** The level table of the TypeScript definition on maps in a `KernelMemory`: for schemes that no SIMD kernel covers, and as what the kernels are held against. */
import { digestCodes } from '../../core/kernels/digest-codes';
import { quantizeAndCount, type CodeArray } from '../../core/kernels/level-codes';
import { ROW_FIGURES, rowStatistics } from '../../core/kernels/row-statistics';
import type { KernelMemory } from './kernel-memory';
import type { CompiledMap, MapJob } from './map-kernels';

export class TableRun {
  // Kept from run to run: a map is some megabytes.
  private codes: CodeArray = new Uint8Array(0);
  private values = new Float32Array(0);

  constructor(private readonly memory: KernelMemory, private readonly compiled: CompiledMap) {}

  /** As `MapKernel.run`. */
  run(job: MapJob): number {
    const { table, output, outputs } = this.compiled;
    const { batch, heads, rows, cols } = job.shape;
    const elements = batch * heads * rows * cols;
    const levels = table.levels.length;
    const codes = this.codesFor(elements, levels > 256);
    const given = this.memory.f32(job.x, elements);
    // Values may go over what they are made of, which the statistics still want.
    const x = job.statistics === undefined ? given : given.slice();
    const values = output === 'values' ? this.memory.f32(job.out, elements) : this.valuesFor(elements);
    quantizeAndCount(table, x, values, codes, rows * cols, heads, job.counts ?? new Uint32Array(heads * levels));
    if (output !== 'values') fill(output === 'level-bytes' ? this.memory.u8(job.out, elements) : this.memory.f32(job.out, elements), codes, outputs[0]);
    if (job.second !== undefined) fill(this.memory.f32(job.second, elements), codes, outputs[1]);
    if (job.codes !== undefined) this.memory.u8(job.codes, elements * codes.BYTES_PER_ELEMENT).set(new Uint8Array(codes.buffer, 0, elements * codes.BYTES_PER_ELEMENT));
    if (job.statistics !== undefined) rowStatistics(x, values, cols, this.memory.f64(job.statistics, batch * heads * rows * ROW_FIGURES));
    return job.digest === undefined ? 0 : digestCodes(codes, elements, job.digest);
  }

  private valuesFor(elements: number): Float32Array {
    if (this.values.length !== elements) this.values = new Float32Array(elements);
    return this.values;
  }

  /** Whole words, for the digest. */
  private codesFor(elements: number, wide: boolean): CodeArray {
    const length = Math.ceil(elements / 4) * 4;
    if (this.codes.length !== length) this.codes = wide ? new Uint16Array(length) : new Uint8Array(length);
    return this.codes;
  }
}

function fill(into: Float32Array | Uint8Array, codes: CodeArray, table: Float32Array | undefined): void {
  for (let i = 0; i < into.length; i++) into[i] = table?.[codes[i] ?? 0] ?? 0;
}
