/** All calibration images through one segment of the calibration network, what it reads being quantised on the way in. */
import type { LiveLayout } from '../../core/calibration/live-layout';
import { perturbValues } from '../../core/graph/perturb';
import type { Segment } from '../../core/graph/segments';
import type { ValueInfo } from '../../core/graph/types';
import { createRandom } from '../../core/random/random';
import type { EngineTensor, FloatTensor, Session } from '../ort/session';
import { youngGarbageCollector } from '../ort/garbage';
import type { CalibratedOperand } from './calibrate-operand';
import type { LiveTensors, OpenBatch } from './live-tensors';

/** Batches between two collections of young garbage. */
const COLLECT_EVERY = 16;

export interface SegmentPass {
  readonly index: number;
  readonly segment: Segment;
  readonly session: Session;
  readonly layout: LiveLayout;
  /** The operand behind each quantised name, with its quantiser; null when it stays in FP32. */
  readonly quantised: ReadonlyMap<string, { readonly tensor: string; readonly quantiser: CalibratedOperand | null }>;
  /** Seed of another realisation of float32 rounding, or null. */
  readonly rounding: number | null;
}

/** `poll` is called before each batch and may throw to stop. */
export async function runSegment(pass: SegmentPass, live: LiveTensors, poll: () => void): Promise<void> {
  const { segment, session, layout, quantised } = pass;
  const inputs = segment.inputs.map((name) => ({ name, read: reader(pass, name) }));
  const reading = [...new Set(segment.inputs.map((name) => quantised.get(name)?.tensor ?? name))];
  const made = segment.outputs.filter((name) => layout.tensors.has(name));
  // What nobody reads is the network's result.
  const results = segment.graph.outputs.filter(({ name }) => !layout.tensors.has(name)).map(({ name, dims }): [string, EngineTensor] => [name, emptyTensor(dims)]);
  const collect = live.spilled ? youngGarbageCollector() : null;
  for (let batch = 0; batch < live.batches; batch++) {
    poll();
    const open = live.open(batch, reading);
    const feeds = new Map(inputs.map(({ name, read }) => [name, read(open)]));
    await session.runInto(feeds, new Map([...results, ...made.map((name): [string, EngineTensor] => [name, open.tensor(name)])]));
    open.save(made);
    // Few images do not need it, and with many it costs nothing that one would notice.
    if (!live.resident(batch) && batch % COLLECT_EVERY === 0) collect?.();
  }
}

/** How the segment gets one of its inputs, batch after batch from the first on. */
function reader({ index, segment, layout, quantised, rounding }: SegmentPass, name: string): (open: OpenBatch) => FloatTensor {
  const operand = quantised.get(name);
  const tensor = operand?.tensor ?? name;
  const quantiser = operand?.quantiser ?? null;
  if (quantiser === null) return (open) => open.tensor(tensor);
  // A tensor that is read elsewhere too stays as it is.
  const last = layout.tensors.get(tensor)?.last === index && !segment.inputs.includes(tensor);
  let copy: Float32Array | null = null;
  // Each factor of a product off by its last place: the product of two activations rounds as one with a weight does.
  const random = rounding === null ? null : createRandom(rounding);
  return (open) => {
    const { data, dims } = open.tensor(tensor);
    const out = last ? data : (copy ??= new Float32Array(data.length));
    quantiser.quantize(data, out);
    if (random !== null) perturbValues(out, random);
    return { data: out, dims };
  };
}

function emptyTensor(declared: ValueInfo['dims']): FloatTensor {
  const dims = declared.map(Number);
  return { data: new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims };
}
