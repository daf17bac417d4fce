/** Attention maps quantised wherever they lie: copied into kernel memory, and given back in the forms that the graph reads. */
import { at } from '../../../shared/at';
import type { AttentionBlock } from '../../core/graph/types';
import { compileBlock, mapSize } from '../kernels/compile-block';
import type { BlockKernel } from '../kernels/head-kernels';
import { KernelMemory } from '../kernels/kernel-memory';
import { MapKernels } from '../kernels/map-kernels';
import type { EngineTensor, FloatTensor } from '../ort/session';
import type { BlockQuantizer } from './block-quantizer';

export class MapStages {
  private readonly memory = new KernelMemory();
  private readonly kernels: readonly (BlockKernel | null)[];
  /** Where the map goes, and the form that does not take its place. */
  private readonly first: number;
  private readonly second: number;

  /** `quantizers` by block; null leaves a map in FP32. */
  constructor(private readonly blocks: readonly AttentionBlock[], private readonly quantizers: readonly (BlockQuantizer | null)[], private readonly batch: number) {
    const compiler = new MapKernels(this.memory);
    this.kernels = quantizers.map((quantizer, index) => (quantizer === null ? null : compileBlock(this.memory, compiler, quantizer, at(blocks, index))));
    const most = Math.max(0, ...blocks.filter((_, index) => at(quantizers, index) !== null).map(mapSize)) * batch;
    this.first = this.memory.reserve(most * 4);
    this.second = this.memory.reserve(most * 4);
  }

  /** What the graph reads in place of a block's map [batch, ...], by name. Good until the next call; without a quantiser it is the map itself. */
  quantise(index: number, map: FloatTensor): Map<string, EngineTensor> {
    const block = at(this.blocks, index);
    const quantizer = at(this.quantizers, index);
    const kernel = at(this.kernels, index);
    if (quantizer === null || kernel === null) return new Map([[`${block.softmax}/quantized`, map]]);
    const size = mapSize(block);
    const { data, dims } = map;
    this.memory.f32(this.first, data.length).set(data);
    const inPlace = quantizer.forms.find(({ type }) => type === 'float32');
    const places = quantizer.forms.map((form) => ({ form, address: form === inPlace ? this.first : this.second, bytes: form.type === 'uint8' ? 1 : 4 }));
    const [out, second] = places;
    if (out === undefined) throw new Error(`nothing reads the quantised map of block ${index}`);
    const shape = { batch: block.windows?.count ?? 1, heads: block.heads, rows: block.tokens, cols: block.tokens };
    for (let image = 0; image < this.batch; image++) {
      const start = image * size;
      kernel.run({ x: this.first + 4 * start, out: out.address + out.bytes * start, shape, ...(second === undefined ? {} : { second: second.address + second.bytes * start }) });
    }
    return new Map(places.map(({ form, address }) => [form.tensor, { data: form.type === 'uint8' ? this.memory.u8(address, data.length) : this.memory.f32(address, data.length), dims }]));
  }
}
