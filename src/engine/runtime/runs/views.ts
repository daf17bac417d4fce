/** What the pages ask for one image of a stored run: computed by the networks of the run itself, at its batch size. */
import { at } from '../../../shared/at';
import { headOf, valuesOfCodes, type Codes } from '../../../shared/attention-maps';
import { errorFigures } from '../../core/metrics/error-figures';
import { fail } from '../../../shared/failure';
import type { AttentionView, PictureRecord } from '../../../shared/attention';
import type { Prediction } from '../../../shared/records';
import type { NetworkParameters } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';
import { JoinedView } from '../evaluate/joined-view';
import { toPrediction } from '../results/results';
import type { RunSources } from '../pages/run-sources';
import type { StoredRun } from '../store/store-types';
import type { Requirement } from '../workers/pool';
import type { BatchSpec, PassView } from '../workers/protocol';
import type { StopFlag } from '../workers/stop-flag';
import { batchSpec, cellRequirement } from './evaluation-job';
import { cellKey, floatCell } from './keys';
import { isFloat } from './plan';

/** Views kept: stepping through heads and blocks of one image, and back to the last few, costs nothing. */
const cachedViews = 4;
/** FP32 passes kept beyond those of the views: the same image under another scheme needs only the other pass. */
const cachedFloatPasses = 4;
/** Runs whose parameters are kept as they are sent to workers: those of a DeiT-S take a tenth of a second to read. */
const cachedRuns = 2;

export class Views {
  private readonly cache = new Map<string, Promise<JoinedView>>();
  private readonly floatPasses = new Map<string, Promise<PassView>>();
  private readonly needs = new Map<string, Promise<Requirement>>();

  constructor(private readonly sources: RunSources) {}

  /** The picture as the network sees it. `stop` takes it out of the queue: scrolled away, nobody waits for it any more. */
  async picture(runId: string, image: number, stop?: StopFlag): Promise<PictureRecord> {
    const run = await this.run(runId);
    const model = await this.sources.model(run);
    const listed = await this.listed(run, image);
    const pool = await this.sources.pool();
    return pool.run<'picture'>({ kind: 'picture', file: await this.sources.path(run, listed.file), preprocess: run.settings.preprocess, model: model.record.hash }, { needs: [model.requirement], urgent: true, brief: true, ...(stop === undefined ? {} : { stop }) });
  }

  /** Everything that both networks computed for an image of a run; kept for the last few images. */
  async outcomeOf(runId: string, image: number): Promise<{ readonly run: StoredRun; readonly model: KnownModel; readonly outcome: JoinedView }> {
    const run = await this.run(runId);
    const model = await this.sources.model(run);
    await this.listed(run, image);
    return { run, model, outcome: await this.outcome(run, model, image) };
  }

  async attention(runId: string, image: number, block: number, head: number): Promise<AttentionView> {
    const run = await this.run(runId);
    const model = await this.sources.model(run);
    const geometry = model.shared.structure.blocks[block];
    if (geometry === undefined || head >= geometry.heads) throw fail('not-found', `Block ${block} head ${head} does not exist`, { file: model.record.name, expected: `a block below ${model.record.blocks.length}` });
    const listed = await this.listed(run, image);
    // What is stored is read while the networks compute.
    const [outcome, stored, counts] = await Promise.all([this.outcome(run, model, image), this.sources.store.prediction(runId, image), this.sources.store.levelCounts(runId)]);
    const shape = { heads: geometry.heads, windows: geometry.windows?.count ?? 1, tokens: geometry.tokens };
    const maps = outcome.map(block);
    const [fp32, before] = [headOf(shape, outcome.fp32(block), head), headOf(shape, maps.before, head)];
    const levels = at(at(outcome.levels, block), head);
    const coded = levels.length > 0;
    const codes = coded ? headOf<Codes>(shape, maps.codes, head) : new Uint8Array(0);
    const after = coded ? valuesOfCodes(codes, levels) : before;
    const prediction = toPrediction({ ...outcome.quantized, file: listed.file });
    const runCounts = counts.find((each) => each.block === block);
    return {
      runId, image, block, head,
      blockName: geometry.name,
      windows: shape.windows,
      tokens: shape.tokens,
      prefixTokens: geometry.prefixTokens,
      grid: [...geometry.grid],
      window: geometry.windows === null ? null : { size: [...geometry.windows.size], shift: [...geometry.windows.shift] },
      fp32, before, codes, levels,
      levelNames: [...at(at(outcome.levelNames, block), head)],
      occupancy: {
        image: shares(countCodes(codes, levels.length)),
        run: runCounts === undefined || !coded ? null : shares([...runCounts.counts.subarray(head * runCounts.codes, head * runCounts.codes + levels.length)]),
        runImages: run.images,
      },
      damage: [...outcome.damage(block)],
      mapError: { total: errorFigures(fp32, after), inherited: errorFigures(fp32, before), scheme: errorFigures(before, after) },
      depthError: [...outcome.depthError],
      fp32Prediction: toPrediction({ ...outcome.float, file: listed.file }),
      prediction,
      stored: { prediction: stored === null ? null : toPrediction(stored), equal: stored !== null && samePrediction(prediction, toPrediction(stored)) },
    };
  }

  /** Forgets what belongs to workers that are gone. */
  clear(): void {
    this.cache.clear();
    this.floatPasses.clear();
    this.needs.clear();
  }

  private async run(runId: string): Promise<StoredRun> {
    const run = await this.sources.store.run(runId);
    if (run === null) throw fail('not-found', 'This run is not in the workspace', { place: runId, next: 'Choose another run' });
    return run;
  }

  private async listed(run: StoredRun, image: number): Promise<{ file: string; label: number }> {
    const listed = await this.sources.store.listedImage(run.listId, image);
    if (listed === null) throw fail('not-found', `The run has no image ${image}`, { expected: `a position below ${run.total}` });
    return listed;
  }

  private outcome(run: StoredRun, model: KnownModel, image: number): Promise<JoinedView> {
    return keptOr(this.cache, cachedViews, `${run.id}/${image}`, () => this.compute(run, model, image));
  }

  /** Both networks at the same time, where there are two workers. */
  private async compute(run: StoredRun, model: KnownModel, image: number): Promise<JoinedView> {
    const { settings } = run;
    const floatKey = floatCell(model.record.hash, settings.batch);
    const spec = await this.batchOf(run, Math.floor(image / settings.batch));
    const pass = async (cell: string, need: Requirement): Promise<PassView> => {
      const pool = await this.sources.pool();
      return pool.run<'view'>({ kind: 'view', cell, batch: spec, preprocess: settings.preprocess, position: image - spec.start }, { needs: [model.requirement, need], urgent: true, brief: true });
    };
    const float = keptOr(this.floatPasses, cachedFloatPasses, JSON.stringify([floatKey, settings.preprocess, spec, image]), () => pass(floatKey, { key: floatKey, task: { kind: 'load-cell', cell: floatKey, model: model.record.hash, batch: settings.batch, network: { kind: 'float' } } }));
    const [before, after] = await Promise.all([float, isFloat(settings) ? float : keptOr(this.needs, cachedRuns, run.id, () => this.quantizedNeed(run, model)).then((need) => pass(need.key, need))]);
    return new JoinedView(before, after, model.shared.structure);
  }

  private async batchOf(run: StoredRun, batch: number): Promise<BatchSpec> {
    const { batch: size } = run.settings;
    const files: string[] = [];
    const labels: number[] = [];
    for (let index = batch * size; index < Math.min(run.total, (batch + 1) * size); index++) {
      const listed = await this.listed(run, index);
      files.push(await this.sources.path(run, listed.file));
      labels.push(listed.label);
    }
    return { ...batchSpec({ files, labels }, (file) => file, 0, size), batch, start: batch * size };
  }

  private async quantizedNeed(run: StoredRun, model: KnownModel): Promise<Requirement> {
    const calibration = await this.sources.store.calibration(run.id);
    if (calibration === null) throw fail('not-found', 'This run is not calibrated yet', { next: 'Continue the run first' });
    return cellRequirement(model, cellKey(model.record.hash, run.id, run.settings), run.settings, JSON.parse(calibration.state) as NetworkParameters);
  }
}

/** What `cache` keeps under `key`, or what `make` gives from now on; the oldest beyond `size` go, and so does a failure. */
function keptOr<T>(cache: Map<string, Promise<T>>, size: number, key: string, make: () => Promise<T>): Promise<T> {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const making = make();
  cache.set(key, making);
  making.catch(() => cache.delete(key));
  for (const old of [...cache.keys()].slice(0, -size)) cache.delete(old);
  return making;
}

function countCodes(codes: Codes, levels: number): number[] {
  const counts = Array.from({ length: levels }, () => 0);
  for (const code of codes) counts[code] = at(counts, code) + 1;
  return counts;
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

/** What was computed now is what was stored then, to the last bit. */
export function samePrediction(a: Prediction, b: Prediction): boolean {
  return a.margin === b.margin && a.mapDigest === b.mapDigest && a.top5.length === b.top5.length && a.top5.every((label, index) => label === b.top5[index]);
}
