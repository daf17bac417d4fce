/**
 * Maps whose heads are quantised each in its own way, or not at all: the kernel of each head runs over its slices, one after another. Only
 * for `values`. A map under one quantiser goes through one kernel as a whole (MapKernels), which is faster.
 */
import type { KernelMemory } from './kernel-memory';
import type { MapJob, MapKernel, MapKernels, MapKernelSpec } from './map-kernels';

export type BlockKernel = Pick<MapKernel, 'levelCount' | 'codeBytes' | 'run'>;

type HeadSpec = Omit<MapKernelSpec, 'output'>;

/**
 * The kernel of a map with `specs` by head; heads that hold the same object share one, null leaves a head as it is.
 * `levelCount` is the most that a head has, `size` the elements of one head's map (rows x columns).
 * What a head does not have is zero: codes and counts of one in FP32, counts of codes beyond its own levels. The digest goes over the heads
 * that have codes, window by window.
 */
export function compileHeads(memory: KernelMemory, kernels: MapKernels, specs: readonly (HeadSpec | null)[], size: number): BlockKernel {
  const compiled = new Map<HeadSpec, MapKernel>();
  for (const spec of specs) if (spec !== null && !compiled.has(spec)) compiled.set(spec, kernels.compile({ ...spec, output: 'values' }));
  const byHead = specs.map((spec) => (spec === null ? null : compiled.get(spec) ?? null));
  const all = [...compiled.values()];
  const levelCount = Math.max(0, ...all.map((kernel) => kernel.levelCount));
  const codeBytes = Math.max(1, ...all.map((kernel) => kernel.codeBytes));
  // A head's codes start at any byte of the map's, the kernels' at whole words.
  const scratch = memory.reserve(size * codeBytes);

  const runHead = (kernel: MapKernel | null, job: MapJob, head: number, place: number, digest: number): number => {
    const { rows, cols } = job.shape;
    const [x, out] = [job.x + 4 * place, job.out + 4 * place];
    if (kernel === null) {
      if (out !== x) memory.f32(out, size).set(memory.f32(x, size));
      if (job.codes !== undefined) memory.u8(job.codes + place * codeBytes, size * codeBytes).fill(0);
      return digest;
    }
    const found = kernel.run({
      x, out, shape: { batch: 1, heads: 1, rows, cols },
      ...(job.counts === undefined ? {} : { counts: job.counts.subarray(head * levelCount, head * levelCount + kernel.levelCount) }),
      ...(job.codes === undefined ? {} : { codes: scratch }),
      ...(job.digest === undefined ? {} : { digest }),
    });
    if (job.codes !== undefined) copyCodes(memory, { from: scratch, bytes: kernel.codeBytes }, { from: job.codes + place * codeBytes, bytes: codeBytes }, size);
    return found;
  };

  return {
    levelCount,
    codeBytes,
    run(job) {
      const { batch, heads, rows, cols } = job.shape;
      if (heads !== byHead.length || rows * cols !== size) throw new Error(`a map of ${heads} heads of ${rows} x ${cols}, compiled for ${byHead.length} of ${size}`);
      if (job.counts !== undefined && job.counts.length !== heads * levelCount) throw new Error(`${job.counts.length} counts do not fit ${heads} heads and ${levelCount} levels`);
      if (job.second !== undefined || job.statistics !== undefined) throw new Error('heads of their own write values, and no statistics');
      let digest = job.digest ?? 0;
      for (let window = 0; window < batch; window++) {
        for (const [head, kernel] of byHead.entries()) digest = runHead(kernel, job, head, (window * heads + head) * size, digest);
      }
      return digest;
    },
  };
}

interface CodePlace {
  readonly from: number;
  /** Of one code. */
  readonly bytes: number;
}

function copyCodes(memory: KernelMemory, source: CodePlace, target: CodePlace, size: number): void {
  if (source.bytes === target.bytes) {
    memory.u8(target.from, size * target.bytes).set(memory.u8(source.from, size * source.bytes));
    return;
  }
  const wide = memory.u8(target.from, size * target.bytes);
  const narrow = memory.u8(source.from, size);
  for (let i = 0; i < size; i++) {
    wide[2 * i] = narrow[i] ?? 0;
    wide[2 * i + 1] = 0;
  }
}
