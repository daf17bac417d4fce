/**
 * The part of a pass that several networks have in common: up to the first softmax, schemes calibrated on the same images differ in nothing. It
 * runs once per batch; the others take its outputs. Networks share it when their first segments are equal byte for byte.
 */
import type { EngineTensor } from '../ort/session';

type Data = EngineTensor['data'];

export class SharedPrefix {
  private readonly results = new Map<string, ReadonlyMap<string, Data>>();
  private readonly shared: ReadonlySet<string>;

  /** `keys`: of the first segments of all networks that will see the batch. Alone, a network keeps nothing. */
  constructor(keys: readonly string[]) {
    this.shared = new Set(keys.filter((key, index) => keys.indexOf(key) !== index));
  }

  /** Copies the outputs into `tensors` when a network with this first segment has seen the batch; says whether. */
  fill(key: string, tensors: ReadonlyMap<string, EngineTensor>): boolean {
    const found = this.results.get(key);
    if (found === undefined) return false;
    for (const [name, { data }] of tensors) {
      const known = found.get(name);
      if (known === undefined) throw new Error(`the shared part of the network has no ${name}`);
      data.set(known);
    }
    return true;
  }

  /** Keeps copies for the networks to come. */
  keep(key: string, tensors: ReadonlyMap<string, EngineTensor>): void {
    if (this.shared.has(key) && !this.results.has(key)) this.results.set(key, new Map([...tensors].map(([name, { data }]) => [name, data.slice()])));
  }
}
