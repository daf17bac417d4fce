/**
 * What each site does to the answer: on alone or off alone, by the KL of the logits on a sample, then the worst again on more images. Finished rows
 * are stored when it is stopped, and asking again goes on behind them.
 */
import { at } from '../../../shared/at';
import { EngineError, fail } from '../../../shared/failure';
import { sensitivitySchema, type Sensitivity, type SensitivityEvent, type SensitivityKind, type SensitivityRow, type SensitivityTop } from '../../../shared/layers';
import type { Answer } from '../evaluate/layers/layer-variants';
import { answerKinds } from '../store/answer-kinds';
import type { BatchSpec, TaskResults } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { feedAll } from './images-cell';
import { chunksOf, studiedRun, type StudiedRun } from './layers-sample';
import { rowOf, worstSites } from './layers-rows';
import type { RunSources } from './run-sources';
import { sampleSpecs } from './sample';

/** Of a task: short enough that whatever else is asked of the workers comes in between. */
const chunkImages = 16;

export interface SensitivityParams {
  readonly runId: string;
  readonly images: number;
  readonly kind: SensitivityKind;
  readonly top: SensitivityTop | null;
}

export async function sensitivity(sources: RunSources, params: SensitivityParams, stop: StopFlag, emit: (event: SensitivityEvent) => void): Promise<Sensitivity> {
  const { store } = sources;
  const { runId, images, kind, top } = params;
  const question = { images, kind, top };
  const known = await store.savedAnalysis(runId, answerKinds.sensitivity, question, sensitivitySchema);
  if (known?.state === 'done') return known;
  const others = await store.savedAnalyses(runId, answerKinds.sensitivity, sensitivitySchema);
  const alike = others.filter((other) => other.kind === kind && other.images === images).sort((a, b) => b.rows.length - a.rows.length);
  const earlier = alike[0] ?? null;
  const studied = await studiedRun(sources, runId);
  const work = new SensitivityWork(studied, params, earlier, known, stop, emit);
  let stopped = false;
  try {
    await work.measure(await sampleSpecs(sources, studied.run, images), async (count) => sampleSpecs(sources, studied.run, count));
  } catch (error) {
    if (!(error instanceof EngineError) || error.failure.kind !== 'stopped' || !work.begun) throw error;
    stopped = true;
  } finally {
    await studied.pool.drop((key) => key === studied.study);
  }
  const result = work.result(stopped ? 'stopped' : 'done');
  await store.saveAnalysis(runId, answerKinds.sensitivity, question, result);
  return result;
}

/** The FP32 network's and the run's answers on some images, and what variants are held against. */
interface Reference {
  readonly chunks: readonly { readonly batches: readonly BatchSpec[]; readonly baseline: TaskResults['layer-baseline']; readonly labels: readonly number[] }[];
  readonly quantised: readonly string[];
  readonly float: SensitivityRow;
  readonly full: SensitivityRow;
}

class SensitivityWork {
  private readonly rows = new Map<string, SensitivityRow>();
  private readonly topRows = new Map<string, SensitivityRow>();
  private figures: Pick<Sensitivity, 'float' | 'full'> | null;
  private topFigures: { readonly float: SensitivityRow | null; readonly full: SensitivityRow | null } = { float: null, full: null };
  private segments: number;
  private withoutReuse: number;
  private done = 0;
  private total = 0;

  /** `earlier` has rows of the same images, `known` is an unfinished answer to this very question. */
  constructor(
    private readonly studied: StudiedRun, private readonly params: SensitivityParams, earlier: Sensitivity | null, known: Sensitivity | null,
    private readonly stop: StopFlag, private readonly emit: (event: SensitivityEvent) => void,
  ) {
    for (const row of earlier?.rows ?? []) this.rows.set(row.site, row);
    for (const row of known?.top.rows ?? []) this.topRows.set(row.site, row);
    this.figures = earlier === null ? null : { float: earlier.float, full: earlier.full };
    this.segments = earlier?.work.segments ?? 0;
    this.withoutReuse = earlier?.work.withoutReuse ?? 0;
  }

  /** Whether there is something to show. */
  get begun(): boolean {
    return this.figures !== null;
  }

  async measure(specs: readonly BatchSpec[], more: (images: number | null) => Promise<readonly BatchSpec[]>): Promise<void> {
    const { sites } = this.studied.model.shared.structure;
    const { top } = this.params;
    const topSpecs = top === null ? [] : await more(top.images);
    const chunks = this.chunks(specs).length;
    const topChunks = this.chunks(topSpecs).length;
    // Sites in FP32 are found out with the first answers; until then every site counts.
    this.total = chunks * (1 + sites.length) + (top === null ? 0 : topChunks * (1 + Math.min(top.sites, sites.length)));
    this.progress(0);
    const reference = await this.reference(specs);
    this.figures = { float: reference.float, full: reference.full };
    this.total -= chunks * (sites.length - reference.quantised.length);
    await this.variants(reference, reference.quantised, this.rows, 'row');
    if (top === null) return;
    const worst = worstSites([...this.rows.values()], this.params.kind, top.sites);
    this.total -= topChunks * (Math.min(top.sites, sites.length) - worst.length);
    const again = await this.reference(topSpecs);
    this.topFigures = { float: again.float, full: again.full };
    // In network order: what lies before a site is kept for the next one.
    await this.variants(again, reference.quantised.filter((site) => worst.includes(site)), this.topRows, 'top-row');
  }

  result(state: Sensitivity['state']): Sensitivity {
    const { runId, kind, images, top } = this.params;
    if (this.figures === null) throw new Error('nothing was measured');
    const { sites } = this.studied.model.shared.structure;
    const rows = sites.flatMap(({ name }) => this.rows.get(name) ?? []);
    const worst = top === null ? [] : worstSites(rows, kind, top.sites);
    return {
      runId, kind, images, state, ...this.figures, rows,
      top: { images: this.topFigures.float?.images ?? 0, ...this.topFigures, rows: worst.flatMap((site) => this.topRows.get(site) ?? []) },
      work: { segments: this.segments, withoutReuse: this.withoutReuse },
    };
  }

  private async reference(specs: readonly BatchSpec[]): Promise<Reference> {
    const { pool, study, needs, run } = this.studied;
    const chunks = this.chunks(specs);
    const baselines: TaskResults['layer-baseline'][] = [];
    await feedAll(chunks, pool.size, async (batches, chunk) => {
      baselines[chunk] = await pool.run<'layer-baseline'>({ kind: 'layer-baseline', study, batches, preprocess: run.settings.preprocess }, { needs, stop: this.stop });
      this.progress(1);
    });
    const labelled = chunks.map((batches, chunk) => {
      const baseline = at(baselines, chunk);
      return { batches, baseline, labels: batches.flatMap(({ labels }, batch) => at(baseline.loaded, batch).map((position) => at(labels, position))) };
    });
    const labels = labelled.flatMap((chunk) => chunk.labels);
    if (labels.length === 0) throw fail('image-skipped', 'None of the sampled images can be read any more', { next: 'Put the pictures back' });
    const answers = (which: 'float' | 'full'): Answer[] => baselines.flatMap((baseline) => [...baseline.answers[which]]);
    const float = answers('float');
    return { chunks: labelled, quantised: at(baselines, 0).quantised, float: rowOf('', float, float, labels), full: rowOf('', answers('full'), float, labels) };
  }

  /** The sites that have no row yet, one after another; each row is told when its last chunk is there. */
  private async variants({ chunks }: Reference, sites: readonly string[], rows: Map<string, SensitivityRow>, event: 'row' | 'top-row'): Promise<void> {
    const { pool, study, needs, run } = this.studied;
    const labels = chunks.flatMap((chunk) => chunk.labels);
    const float = chunks.flatMap(({ baseline }) => [...baseline.answers.float]);
    const batches = chunks.reduce((sum, chunk) => sum + chunk.batches.length, 0);
    const missing = sites.filter((site) => !rows.has(site));
    this.progress((sites.length - missing.length) * chunks.length);
    const found = new Map<string, Answer[][]>(missing.map((site) => [site, []]));
    let unchanged = 0;
    const items = missing.flatMap((site) => chunks.map((chunk, place) => ({ site, chunk, place })));
    await feedAll(items, pool.size, async ({ site, chunk, place }) => {
      const outcome = await pool.run<'layer-variant'>({
        kind: 'layer-variant', study, sensitivity: this.params.kind, site, batches: chunk.batches, preprocess: run.settings.preprocess, float: chunk.baseline.float,
      }, { needs, stop: this.stop });
      const answers = found.get(site) ?? [];
      answers[place] = [...outcome.answers];
      this.progress(1);
      if (Object.keys(answers).length < chunks.length) return;
      const row = rowOf(site, answers.flat(), float, labels);
      rows.set(site, row);
      this.segments += outcome.segments * batches;
      unchanged = outcome.whole * batches;
      this.withoutReuse += outcome.whole * batches;
      this.emit({ kind: event, row });
    });
    // The unchanged network in front of all of them runs once.
    this.segments += unchanged;
  }

  private chunks(specs: readonly BatchSpec[]): BatchSpec[][] {
    return chunksOf(specs, this.studied.run.settings.batch, chunkImages, this.studied.pool.size);
  }

  private progress(steps: number): void {
    this.done += steps;
    this.emit({ kind: 'progress', done: Math.min(this.done, this.total), total: this.total });
  }
}
