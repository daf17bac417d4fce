/**
 * The tensors that leave one segment and enter another, in one WebAssembly memory where ONNX Runtime writes and reads them and the kernels
 * work on them in place. A map and its quantised form in float32 are one tensor under two names.
 */
import type { Segment } from '../../core/graph/segments';
import { elementCount } from '../../core/onnx/element-types';
import { placeTensors, type TensorLife } from '../../core/graph/tensor-places';
import type { ElementType, ValueInfo } from '../../core/graph/types';
import type { KernelMemory } from '../kernels/kernel-memory';
import type { EngineTensor, FloatTensor } from '../ort/session';

interface Life extends TensorLife {
  readonly type: ElementType;
  readonly dims: readonly number[];
}

export class NetworkTensors {
  private readonly tensors: ReadonlyMap<string, EngineTensor>;
  /** Where all of them lie. */
  private readonly region: Uint8Array;

  constructor(private readonly memory: KernelMemory, segments: readonly Segment[], output: string) {
    const { lives, names } = findLives(segments, output);
    const { offsets, bytes } = placeTensors(lives);
    const base = this.memory.reserve(bytes);
    const views = new Map(lives.map((life) => [life.name, this.view(life, base + (offsets.get(life.name) ?? 0))]));
    this.region = this.memory.u8(base, bytes);
    this.tensors = new Map([...names].map(([name, place]) => [name, found(views, place)]));
  }

  /** The tensor called `name`. Throws when no segment makes it. */
  get(name: string): EngineTensor {
    return found(this.tensors, name);
  }

  floats(name: string): FloatTensor {
    const { data, dims } = this.get(name);
    if (!(data instanceof Float32Array)) throw new Error(`the tensor ${name} holds codes, floats were expected`);
    return { data, dims };
  }

  /** A copy of everything that is alive now. */
  save(): Uint8Array {
    return this.region.slice();
  }

  /** Puts back what `save` gave. */
  restore(saved: Uint8Array): void {
    this.region.set(saved);
  }

  private view({ type, dims }: Life, address: number): EngineTensor {
    const length = elementCount(dims);
    switch (type) {
      case 'float32': return { data: this.memory.f32(address, length), dims };
      case 'uint8': return { data: this.memory.u8(address, length), dims };
      case 'int8': return { data: new Int8Array(this.memory.u8(address, length).buffer, address, length), dims };
      default: throw new Error(`a tensor of type ${type} cannot leave a segment`);
    }
  }
}

function found(tensors: ReadonlyMap<string, EngineTensor>, name: string): EngineTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no segment makes the tensor ${name}`);
  return tensor;
}

/** Every tensor that crosses, and under which name its place is known. */
function findLives(segments: readonly Segment[], output: string): { lives: Life[]; names: Map<string, string> } {
  const last = new Map<string, number>([[output, segments.length]]);
  for (const [index, { inputs }] of segments.entries()) for (const name of inputs) last.set(name, Math.max(index, last.get(name) ?? 0));
  const lives: Life[] = [];
  const names = new Map<string, string>();
  for (const [index, { graph, cuts }] of segments.entries()) {
    for (const value of graph.outputs) {
      const forms = cuts.filter(({ produced }) => produced === value.name);
      const inPlace = forms.find(({ type }) => (type ?? 'float32') === value.type);
      const lastOf = (name: string): number => last.get(name) ?? index;
      lives.push(life(value, value.name, index, Math.max(lastOf(value.name), inPlace === undefined ? index : lastOf(inPlace.replacement))));
      names.set(value.name, value.name);
      for (const form of forms) {
        names.set(form.replacement, form === inPlace ? value.name : form.replacement);
        if (form !== inPlace) lives.push(life({ ...value, type: form.type ?? 'float32' }, form.replacement, index, lastOf(form.replacement)));
      }
    }
  }
  return { lives, names };
}

function life({ type, dims: declared }: ValueInfo, name: string, from: number, to: number): Life {
  const dims = declared.map((dim) => {
    if (typeof dim !== 'number') throw new Error(`the shape of the tensor ${name} is unknown`);
    return dim;
  });
  return { name, type, dims, from, to, bytes: elementCount(dims) * (type === 'float32' ? 4 : 1) };
}
