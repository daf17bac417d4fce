/** The layers page's tasks of a worker: each needs a loaded study. */
import type { Preprocess } from '../../../../shared/settings';
import type { HistogramScale, SensitivityKind, SiteHistogram } from '../../../../shared/layers';
import type { OperandName } from '../../../../shared/overrides';
import { assertNever } from '../../../../shared/assert-never';
import { at } from '../../../../shared/at';
import type { BatchSpec } from '../../workers/protocol';
import { loadBatch, type LoadedBatch } from '../load-pixels';
import { layerErrors, type SiteSums } from './layer-errors';
import { layerHistogram } from './layer-histogram';
import { layerBaseline, layerVariant, Prefixes, type Answer, type Baseline } from './layer-variants';
import { LayerStudy, type StudySource } from './layer-study';

interface Sample {
  readonly study: string;
  readonly batches: readonly BatchSpec[];
  readonly preprocess: Preprocess;
}

export type LayerTask =
  | (Sample & { readonly kind: 'layer-errors' })
  | (Sample & { readonly kind: 'layer-histogram'; readonly site: string; readonly operand: OperandName; readonly scale: HistogramScale })
  | (Sample & { readonly kind: 'layer-baseline' })
  /** `float`: FP32 logits of the images that can be read. */
  | (Sample & { readonly kind: 'layer-variant'; readonly sensitivity: SensitivityKind; readonly site: string; readonly float: Float32Array });

/** Positions of the images that could be read, in each batch. */
type Loaded = readonly (readonly number[])[];

export interface LayerResults {
  'layer-errors': { readonly loaded: Loaded; /** How the run computes each site, in network order. */ readonly arithmetic: readonly ('reference' | 'integer' | null)[]; /** By batch and site; a batch without a readable image has none. */ readonly sums: readonly (readonly SiteSums[])[] };
  'layer-histogram': { readonly histogram: SiteHistogram };
  'layer-baseline': Baseline & { readonly loaded: Loaded; /** Sites that the run quantises, in network order. */ readonly quantised: readonly string[] };
  'layer-variant': { readonly answers: readonly Answer[]; readonly segments: number; readonly whole: number };
}

export interface LayerTaskContext {
  readonly poll: () => void;
  readonly onProgress: (done: number, total: number) => void;
}

/** What a worker keeps of one run for the layers page. */
export class LoadedStudy {
  private readonly study: LayerStudy;
  private readonly prefixes = new Prefixes();

  /** `poll` may throw to stop. */
  constructor(source: StudySource, poll: () => void) {
    this.study = new LayerStudy(source, poll);
  }

  async perform(task: LayerTask, { poll, onProgress }: LayerTaskContext): Promise<LayerResults[keyof LayerResults]> {
    const { structure, batch } = this.study.source;
    const load = (spec: BatchSpec): LoadedBatch => loadBatch(spec.files, batch, structure.input.height, task.preprocess, poll);
    switch (task.kind) {
      case 'layer-errors': {
        const batches = task.batches.map(load);
        const sums = await layerErrors(this.study, batches, { poll, onProgress });
        return { loaded: batches.map(({ loaded }) => loaded), arithmetic: structure.sites.map((site) => this.study.arithmetic(site)), sums };
      }
      case 'layer-histogram':
        return { histogram: await layerHistogram(this.study, { site: this.study.site(task.site), operand: task.operand, scale: task.scale, batches: task.batches.length, load: (index) => load(at(task.batches, index)) }, poll) };
      case 'layer-baseline': {
        const batches = task.batches.map(load);
        const baseline = await layerBaseline(this.study, batches, poll);
        return { ...baseline, loaded: batches.map(({ loaded }) => loaded), quantised: structure.sites.filter((site) => this.study.arithmetic(site) !== null).map(({ name }) => name) };
      }
      case 'layer-variant':
        return layerVariant(this.study, this.prefixes, {
          kind: task.sensitivity, site: task.site, images: task.batches.map((spec) => spec.batch).join(), load: () => task.batches.map(load), float: task.float,
        }, poll);
      default: return assertNever(task);
    }
  }

  async release(): Promise<void> {
    this.prefixes.clear();
    await this.study.release();
  }
}
