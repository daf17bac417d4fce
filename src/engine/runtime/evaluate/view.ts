/** One image through the float and the quantised network: maps, damage per head, error along depth. Same networks, same batch as the run. */
import { at } from '../../../shared/at';
import { valuesOfCodes } from '../../../shared/attention-maps';
import { attentionDamage } from '../../core/metrics/attention-damage';
import { errorFigures } from '../../core/metrics/error-figures';
import type { ModelStructure } from '../../core/graph/types';
import type { ErrorFigures, HeadDamage } from '../../../shared/attention';
import { fail } from '../../../shared/failure';
import type { BlockView, ViewOutcome, WorkerTask } from '../workers/protocol';
import type { LoadedBatch } from './load-pixels';
import type { AttentionSample, Network } from './network';
import { imageOutcome } from './outcome';

export interface ViewInputs {
  readonly float: Network;
  readonly quantized: Network;
  readonly structure: ModelStructure;
  /** By block and head: code -> value; empty for a head that stays in FP32. */
  readonly levels: readonly (readonly Float32Array[])[];
  /** By block and head, code by code. */
  readonly levelNames: readonly (readonly (readonly string[])[])[];
  readonly poll: () => void;
}

interface Pass {
  readonly samples: Map<number, AttentionSample>;
  readonly residual: Map<string, Float32Array>;
  readonly logits: Float32Array;
  readonly digest: number;
}

/** Runs both networks on the batch and keeps the image at `task.position`. Throws when that image cannot be read. */
export async function computeView(task: Extract<WorkerTask, { kind: 'view' }>, batch: LoadedBatch, inputs: ViewInputs): Promise<ViewOutcome> {
  const slot = batch.loaded.indexOf(task.position);
  if (slot < 0) throw fail('image-skipped', 'This image cannot be read any more', { file: at(task.batch.files, task.position), next: 'Choose another image, or put the file back' });
  const float = await pass(inputs.float, inputs.structure, batch, slot, inputs.poll);
  const quantized = await pass(inputs.quantized, inputs.structure, batch, slot, inputs.poll);
  inputs.quantized.takeCounts();
  const blocks: BlockView[] = [];
  const damage: HeadDamage[][] = [];
  for (const block of inputs.structure.blocks) {
    const a = sampleOf(float, block.index);
    const b = sampleOf(quantized, block.index);
    const levels = at(inputs.levels, block.index);
    blocks.push({ block: block.index, fp32: a.before, before: b.before, codes: b.codes });
    damage.push(attentionDamage(a.before, decodeHeads(b, levels, block.tokens), { windows: block.windows?.count ?? 1, heads: block.heads, tokens: block.tokens }));
  }
  const index = task.batch.start + task.position;
  const label = at(task.batch.labels, task.position);
  return {
    blocks,
    damage,
    depthError: depthError(float, quantized, inputs.structure),
    float: imageOutcome(index, label, float.logits, float.digest),
    quantized: imageOutcome(index, label, quantized.logits, quantized.digest),
    levels: inputs.levels,
    levelNames: inputs.levelNames,
  };
}

/** Values of a whole map, head by head: what its quantiser made of it, or `before` where it stays in FP32. */
export function decodeHeads({ before, codes }: Pick<AttentionSample, 'before' | 'codes'>, levels: readonly Float32Array[], tokens: number): Float32Array {
  const size = tokens ** 2;
  const values = before.slice();
  for (let map = 0; map * size < values.length; map++) {
    const own = at(levels, map % levels.length);
    if (own.length > 0) values.set(valuesOfCodes(codes.subarray(map * size, (map + 1) * size), own), map * size);
  }
  return values;
}

async function pass(network: Network, structure: ModelStructure, batch: LoadedBatch, slot: number, poll: () => void): Promise<Pass> {
  const samples = new Map<number, AttentionSample>();
  const residual = new Map<string, Float32Array>();
  const { logits, digests } = await network.run(batch.pixels, {
    valid: batch.loaded.length,
    poll,
    onAttention: (sample) => {
      if (sample.image === slot) samples.set(sample.block, { ...sample, before: sample.before.slice(), codes: sample.codes.slice() });
    },
    onTensor: (name, tensor) => {
      const size = tensor.data.length / network.batch;
      residual.set(name, tensor.data.slice(slot * size, (slot + 1) * size));
    },
  });
  const { classes } = structure.output;
  return { samples, residual, logits: logits.slice(slot * classes, (slot + 1) * classes), digest: at(digests, slot) };
}

function sampleOf(pass: Pass, block: number): AttentionSample {
  const sample = pass.samples.get(block);
  if (sample === undefined) throw new Error(`the attention map of block ${block} was not computed`);
  return sample;
}

function depthError(float: Pass, quantized: Pass, structure: ModelStructure): { name: string; error: ErrorFigures }[] {
  const rows = [...float.residual.entries()].map(([name, expected], index) => {
    const actual = quantized.residual.get(name);
    if (actual === undefined) throw new Error(`the tensor ${name} was not computed`);
    return { name: at(structure.blocks, index).name, error: errorFigures(expected, actual) };
  });
  return [...rows, { name: structure.output.name, error: errorFigures(float.logits, quantized.logits) }];
}
