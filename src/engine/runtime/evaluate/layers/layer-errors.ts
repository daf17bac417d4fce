/**
 * Errors of every site on some batches. Segments are the outer loop and batches the inner one, so that one segment's sessions are in memory at a
 * time, and of each batch what crosses the cut.
 */
import { at } from '../../../../shared/at';
import { countClipped } from '../../../core/metrics/clipped';
import { errorSums, type ErrorSums } from '../../../core/metrics/error-sums';
import type { EngineTensor, FloatTensor } from '../../ort/session';
import type { LoadedBatch } from '../load-pixels';
import { floatsIn, keepTensors, type Live, type SegmentChain } from '../segment-chain';
import { BranchSession } from './branch-session';
import type { LayerStudy } from './layer-study';
import { pictureLive } from './picture-live';
import { siteMeasures, type MeasureName, type SiteMeasures } from './site-measures';

/** Of one site over one batch; null where the run leaves that in FP32. */
export interface SiteSums {
  readonly cumulative: ErrorSums;
  readonly measures: Readonly<Record<MeasureName, ErrorSums | null>>;
  /** Clipped and all elements of the activations. */
  readonly clipped: { readonly outside: number; readonly elements: number } | null;
}

export interface ErrorsContext {
  readonly poll: () => void;
  readonly onProgress: (done: number, total: number) => void;
}

interface SiteSessions {
  readonly plan: SiteMeasures;
  readonly measures: readonly { readonly name: MeasureName; readonly map: 'float' | 'run' | 'values'; readonly session: BranchSession }[];
  readonly operands: readonly (BranchSession | null)[];
}

/** By batch and site (in network order) of `batches`; a batch without a readable image has none. */
export async function layerErrors(study: LayerStudy, batches: readonly LoadedBatch[], context: ErrorsContext): Promise<SiteSums[][]> {
  const { structure } = study.source;
  const plans = structure.sites.map((site) => siteMeasures(study, site, context.poll));
  const forms = mapNames(study);
  const inside = new Set(plans.flatMap((plan) => floatTensors(plan, forms)).filter((name) => name !== structure.input.name));
  const float = study.keeping('float', inside);
  const full = study.keeping('full', plans.map(({ output }) => output));
  const steps = planSteps(float, full, plans, forms);
  const used = batches.filter(({ loaded }) => loaded.length > 0);
  const lives = used.map((batch): { float: Live; full: Live } => ({ float: pictureLive(study, batch), full: pictureLive(study, batch) }));
  const sums = new Map<string, SiteSums[]>(plans.map(({ site }) => [site.name, []]));
  for (const [index, step] of steps.entries()) {
    const sessions = await openSessions(study, step.plans, context.poll);
    try {
      for (const [position, batch] of used.entries()) {
        context.poll();
        const live = at(lives, position);
        if (index < float.length) await float.step(index, live.float);
        if (index < full.length) await full.step(index, live.full);
        const share = batch.loaded.length / study.source.batch;
        for (const site of sessions) sums.get(site.plan.site.name)?.push(await measureSite(study, site, live, share));
        live.float = keepTensors(live.float, step.floatAfter);
        live.full = keepTensors(live.full, step.fullAfter);
        context.onProgress(index * used.length + position + 1, steps.length * used.length);
      }
    } finally {
      for (const site of sessions) await closeSessions(site);
      await float.unload(index);
      await full.unload(index);
    }
  }
  let next = 0;
  return batches.map(({ loaded }) => {
    if (loaded.length === 0) return [];
    const position = next++;
    return plans.map(({ site }) => at(sums.get(site.name) ?? [], position));
  });
}

/** Names under which maps come back from their quantisers. */
function mapNames({ worlds }: LayerStudy): Set<string> {
  return new Set([...worlds.float.cuts, ...worlds.quantised.cuts].map(({ replacement }) => replacement));
}

/** Everything of the float network that measuring a site needs, but for the forms of maps. */
function floatTensors({ output, measures, activations }: SiteMeasures, forms: ReadonlySet<string>): string[] {
  const read = [...measures.flatMap(({ branch }) => branch.inputs), ...activations.flatMap(({ tensor, branch }) => branch?.inputs ?? [tensor])];
  return [output, ...read.filter((name) => !forms.has(name))];
}

interface Step {
  readonly plans: readonly SiteMeasures[];
  /** What later steps read of either network. */
  readonly floatAfter: readonly string[];
  readonly fullAfter: readonly string[];
}

/** A site is measured in the segment of the float network that makes its output. */
function planSteps(float: SegmentChain, full: SegmentChain, plans: readonly SiteMeasures[], forms: ReadonlySet<string>): Step[] {
  const [floatMakers, fullMakers] = [float.makers, full.makers];
  const stepOf = ({ output, site }: SiteMeasures): number => {
    const [here, there] = [floatMakers.get(output), fullMakers.get(output)];
    if (here === undefined || there === undefined) throw new Error(`the output of ${site.name} is not computed`);
    return Math.max(here, there);
  };
  const placed = plans.map((plan) => ({ plan, step: stepOf(plan) }));
  return Array.from({ length: Math.max(float.length, full.length) }, (_, index) => {
    const later = placed.filter(({ step }) => step > index).flatMap(({ plan }) => floatTensors(plan, forms));
    const made = (makers: ReadonlyMap<string, number>, names: readonly string[]): string[] => [...new Set(names)].filter((name) => (makers.get(name) ?? -1) <= index);
    return {
      plans: placed.filter(({ step }) => step === index).map(({ plan }) => plan),
      floatAfter: made(floatMakers, [...float.inputsFrom(index + 1), ...later]),
      fullAfter: made(fullMakers, [...full.inputsFrom(index + 1), ...placed.filter(({ step }) => step > index).map(({ plan }) => plan.output)]),
    };
  });
}

async function openSessions({ source: { threads } }: LayerStudy, plans: readonly SiteMeasures[], poll: () => void): Promise<SiteSessions[]> {
  const opened: SiteSessions[] = [];
  try {
    for (const plan of plans) {
      poll();
      const measures: SiteSessions['measures'][number][] = [];
      const operands: (BranchSession | null)[] = [];
      opened.push({ plan, measures, operands });
      for (const { name, branch, map } of plan.measures) measures.push({ name, map, session: await BranchSession.create(branch, threads) });
      for (const { branch } of plan.activations) operands.push(branch === null ? null : await BranchSession.create(branch, threads));
    }
  } catch (error) {
    for (const sessions of opened) await closeSessions(sessions);
    throw error;
  }
  return opened;
}

async function closeSessions({ measures, operands }: SiteSessions): Promise<void> {
  for (const { session } of measures) await session.release();
  for (const session of operands) await session?.release();
}

async function measureSite(study: LayerStudy, { plan, measures, operands }: SiteSessions, live: { readonly float: Live; readonly full: Live }, share: number): Promise<SiteSums> {
  const { data: expected } = floatsIn(live.float, plan.output);
  const length = expected.length * share;
  const cumulative = errorSums(expected, floatsIn(live.full, plan.output).data, length);
  const found: Record<MeasureName, ErrorSums | null> = { local: null, weights: null, activations: null, attention: null };
  for (const { name, map, session } of measures) {
    const result = await session.run(live.float, mapForms(study, plan, live.float, map));
    found[name] = errorSums(expected, result.data, length);
  }
  if (plan.alone !== null) found.local = found[plan.alone];
  const clipped = { outside: 0, elements: 0 };
  for (const [index, { tensor, parameters, bits }] of plan.activations.entries()) {
    const session = at(operands, index);
    const values = session === null ? floatsIn(live.float, tensor) : await session.run(live.float);
    const elements = values.data.length * share;
    const { low, high } = countClipped(values.data, parameters, bits, elements);
    clipped.outside += low + high;
    clipped.elements += elements;
  }
  return { cumulative, measures: found, clipped: plan.activations.length === 0 ? null : clipped };
}

/** The FP32 network's map of the site's block, quantised, under the names that a branch reads. */
function mapForms(study: LayerStudy, { site }: SiteMeasures, float: Live, form: 'float' | 'run' | 'values'): ReadonlyMap<string, EngineTensor> {
  if (form === 'float' || site.kind !== 'product' || site.role !== 'matmul2') return new Map();
  const map: FloatTensor = floatsIn(float, `${site.a}/quantized`);
  return form === 'run' ? study.maps.quantise(site.block, map) : study.valueMaps.quantise(site.block, map);
}
