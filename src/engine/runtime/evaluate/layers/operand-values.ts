/** An operand's values in the FP32 network, batch by batch, as often as one likes. */
import { at } from '../../../../shared/at';
import type { LoadedBatch } from '../load-pixels';
import { floatsIn } from '../segment-chain';
import { BranchSession } from './branch-session';
import type { LayerStudy } from './layer-study';
import { pictureLive } from './picture-live';
import type { OperandTensor } from './site-measures';

export interface BatchValues {
  /** [batch, ...], good until the next batch is asked for. */
  readonly values: Float32Array;
  /** Elements of the images that count. */
  readonly length: number;
  /** Shape of one image's part. */
  readonly dims: readonly number[];
  /** Images that count. */
  readonly count: number;
}

export interface ValuesContext {
  readonly batches: number;
  readonly load: (batch: number) => LoadedBatch;
  readonly poll: () => void;
}

/** Values that are remembered after the first reading; more of them are computed again. */
const mostRemembered = 16e6;

/** A reader of the operand; every call begins anew. What comes before the operand runs, nothing behind it. */
export function operandValues(study: LayerStudy, operand: OperandTensor, context: ValuesContext): () => AsyncIterable<BatchValues> {
  let remembered: BatchValues[] | null = null;
  return async function* read() {
    if (remembered !== null) {
      yield* remembered;
      return;
    }
    const kept: BatchValues[] = [];
    let elements = 0;
    for await (const piece of compute(study, operand, context)) {
      elements += piece.values.length;
      if (elements <= mostRemembered) kept.push({ ...piece, values: piece.values.slice() });
      yield piece;
    }
    if (elements <= mostRemembered) remembered = kept;
  };
}

async function* compute(study: LayerStudy, { tensor, branch }: OperandTensor, { batches, load, poll }: ValuesContext): AsyncGenerator<BatchValues> {
  const { structure, batch, threads } = study.source;
  const wanted = branch?.inputs ?? [tensor];
  const chain = study.keeping('float', wanted.filter((name) => name !== structure.input.name));
  const { makers } = chain;
  // The picture is there before the first segment.
  const last = Math.max(...wanted.map((name) => makers.get(name) ?? -1));
  const session = branch === null ? null : await BranchSession.create(branch, threads);
  try {
    for (let index = 0; index < batches; index++) {
      poll();
      const loaded = load(index);
      if (loaded.loaded.length === 0) continue;
      const live = pictureLive(study, loaded);
      await chain.run(live, 0, last + 1, poll);
      const { data, dims } = session === null ? floatsIn(live, tensor) : await session.run(live);
      const share = loaded.loaded.length / batch;
      yield { values: data, length: data.length * share, dims: [at(dims, 0) / batch, ...dims.slice(1)], count: loaded.loaded.length };
    }
  } finally {
    await session?.release();
    await chain.release();
  }
}
