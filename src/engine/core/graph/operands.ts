/** The quantised operands of a network: which tensor, read by which nodes, quantised how. One operand may serve several sites (separate q, k, v). */
import type { LinearSite, ModelStructure, ProductSite } from './types';

export interface OperandReader {
  /** First output of the reading node. */
  readonly node: string;
  readonly inputIndex: number;
  readonly site: string;
  readonly field: 'input' | 'A' | 'B';
}

export interface Operand {
  /** The tensor as the float graph makes it. */
  readonly tensor: string;
  /** Name under which the quantised form is read. */
  readonly quantized: string;
  readonly readers: readonly OperandReader[];
  /**
   * 'uniform': one delta. 'channels': per last-axis channel while calibrating, one delta after reparameterisation (norm = index of the LayerNorm).
   * 'patch': the patch embedding's input, 8 bit. 'attention': the log scheme (block = index).
   */
  readonly kind: 'uniform' | 'channels' | 'patch' | 'attention';
  readonly norm: number | null;
  readonly block: number | null;
}

/** All operands in network order. Throws when one tensor is asked for in two different ways. */
export function listOperands(structure: ModelStructure): Operand[] {
  const found = new Map<string, Operand>();
  const add = (tensor: string, kind: Operand['kind'], norm: number | null, block: number | null, reader: OperandReader): void => {
    const earlier = found.get(tensor);
    if (earlier === undefined) {
      found.set(tensor, { tensor, quantized: `${tensor}/quantized`, readers: [reader], kind, norm, block });
      return;
    }
    if (earlier.kind !== kind || earlier.norm !== norm) throw new Error(`the tensor ${tensor} is an operand of ${earlier.readers[0].site} and, quantised otherwise, of ${reader.site}`);
    found.set(tensor, { ...earlier, readers: [...earlier.readers, reader] });
  };
  for (const site of structure.sites) {
    if (site.kind === 'linear') addLinear(site, add);
    else addProduct(site, add);
  }
  return [...found.values()];
}

type Add = (tensor: string, kind: Operand['kind'], norm: number | null, block: number | null, reader: OperandReader) => void;

function addLinear(site: LinearSite, add: Add): void {
  const kind = site.role === 'patch_embed' ? 'patch' : site.norm === null ? 'uniform' : 'channels';
  add(site.input, kind, site.norm, site.block, { node: site.node, inputIndex: 0, site: site.name, field: 'input' });
}

function addProduct(site: ProductSite, add: Add): void {
  const kind = site.role === 'matmul2' ? 'attention' : 'uniform';
  add(site.a, kind, null, site.block, { node: site.node, inputIndex: 0, site: site.name, field: 'A' });
  add(site.b, 'uniform', null, site.block, { node: site.node, inputIndex: 1, site: site.name, field: 'B' });
}
