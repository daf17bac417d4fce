/** Invented answers about the layers of a run: figures obey the arithmetic between them, nothing is measured. */
import type { ErrorFigures } from '../../src/shared/attention';
import type { CallOptions } from '../../src/shared/engine-contract';
import type { HistogramScale, Sensitivity, SensitivityRow, SiteError, SiteErrors, SiteHistogram, StoredLayers } from '../../src/shared/layers';
import type { OperandName } from '../../src/shared/overrides';
import type { ModelRecord, RunRecord } from '../../src/shared/records';
import { levelsOf, numbers } from './fixture-data';

const error = (relativeL2: number): ErrorFigures => ({ sqnrDb: -20 * Math.log10(relativeL2), relativeL2, cosine: 1 - relativeL2 ** 2 / 2 });
const inBlock = ['attn.qkv', 'attn.matmul1', 'attn.matmul2', 'attn.proj', 'mlp.fc1', 'mlp.fc2'];

/** Sites of a model of the fixture, in network order. */
export function sitesOf(model: ModelRecord): Pick<SiteError, 'site' | 'role' | 'block'>[] {
  const blocks = model.blocks.flatMap(({ name }, block) => {
    const parent = name.replace(/\.attn$/, '');
    const sites = inBlock.map((end) => ({ site: `${parent}.${end}`, role: end.split('.')[1] ?? '', block }));
    return parent === 'layers.1.blocks.0' ? [{ site: 'layers.1.downsample.reduction', role: 'reduction', block: null }, ...sites] : sites;
  });
  return [{ site: 'patch_embed.proj', role: 'patch_embed', block: null }, ...blocks, { site: 'head', role: 'head', block: null }];
}

export function makeErrors(run: RunRecord, model: ModelRecord, images: number): SiteErrors {
  const next = numbers(11);
  let passed = 0;
  const sites = sitesOf(model).map((site): SiteError => {
    const weights = 0.02 + next() * 0.1;
    const activations = 0.03 + next() * 0.2;
    const attention = site.role === 'matmul2' ? 0.1 + next() * 0.2 : 0;
    const product = site.role.startsWith('matmul');
    const local = Math.hypot(product ? 0 : weights, activations, attention);
    passed = Math.hypot(passed * 0.9, local * 0.6);
    return {
      ...site, arithmetic: run.settings.arithmetic === 'integer' ? 'integer' : 'reference', local: error(local), cumulative: error(Math.hypot(local, passed)),
      weights: product ? null : error(weights), activations: error(activations), attention: attention === 0 ? null : error(attention), clipped: next() * 0.02,
    };
  });
  return { runId: run.id, images, skipped: 0, sites };
}

export function makeSensitivity(run: RunRecord, model: ModelRecord, kind: Sensitivity['kind'], images: number): Sensitivity {
  const row = (site: string, kl: number): SensitivityRow => ({ site, images, kl, agreement: 1 - kl, top1: 90 - kl * 40, ci95: [70 - kl * 40, 97] });
  const full = row('', 0.2);
  const rows = makeErrors(run, model, images).sites.map(({ site, local }) => {
    const share = (local?.relativeL2 ?? 0) ** 2;
    return row(site, kind === 'on-alone' ? share : full.kl - share);
  });
  return { runId: run.id, kind, images, state: 'done', float: row('', 0), full, rows, top: { images: 0, float: null, full: null, rows: [] }, work: { segments: rows.length * 3, withoutReuse: rows.length * 7 } };
}

type HistogramRequest = Pick<SiteHistogram, 'site' | 'operand' | 'images' | 'scale'>;

export function makeHistogram(run: RunRecord, { site, operand, images, scale }: HistogramRequest): SiteHistogram {
  const map = operand === 'A' && site.endsWith('matmul2');
  const grid = map ? levelsOf(run.settings.scheme) : Array.from({ length: 16 }, (_, code) => (code - 7) * 0.25);
  const counts = Array.from({ length: 256 }, (_, bin) => Math.round(4000 * Math.exp(-(((bin - 128) / 40) ** 2))));
  const elements = counts.reduce((sum, count) => sum + count, 0);
  const [min, max] = scale === 'log2' ? [-24, 0] : map ? [0, 1] : [-3, 3];
  const perChannel = operand === 'weight';
  return {
    site, operand, images: operand === 'weight' ? 0 : images, scale, min, max, counts, outside: 0, elements, grid, gridChannel: perChannel ? 4 : null, clippedLow: 12, clippedHigh: 40,
    bits: map ? null : 4, scheme: map ? run.settings.scheme : null, delta: perChannel ? [0.1, 0.25, 0.4] : [0.25], zeroPoint: map ? [] : perChannel ? [7, 7, 8] : [7], error: error(0.11),
    channelKind: map ? 'head' : operand === 'weight' ? 'output' : 'channel', channels: map ? 4 : 48,
    worstChannels: [{ channel: 7, relativeL2: 0.3, share: 0.22, min: -2.8, max: 2.9 }, { channel: 3, relativeL2: 0.2, share: 0.09, min: -1.5, max: 1.4 }],
  };
}

type Find = (runId: string) => { readonly run: RunRecord; readonly model: ModelRecord };
interface Pauses {
  readonly pause?: () => Promise<void>;
}

/** Answers to the questions of the layers page; nothing is stored at first, what was answered is. */
export function layersAnswers(find: Find, stored: Map<string, StoredLayers>, { pause }: Pauses = {}) {
  const of = (runId: string): StoredLayers => stored.get(runId) ?? { errors: [], sensitivity: [] };
  return {
    'layers.stored': async ({ runId }: { runId: string }): Promise<StoredLayers> => of(runId),
    'layers.errors': async ({ runId, images }: { runId: string; images: number }, options: CallOptions<'layers.errors'>): Promise<SiteErrors> => {
      const { run, model } = find(runId);
      const answer = makeErrors(run, model, images);
      options.onEvent?.({ kind: 'progress', done: 1, total: answer.sites.length });
      await pause?.();
      stored.set(runId, { ...of(runId), errors: [answer, ...of(runId).errors] });
      return answer;
    },
    'layers.histogram': async ({ runId, ...request }: { runId: string; site: string; operand: OperandName; images: number; scale: HistogramScale }): Promise<SiteHistogram> => makeHistogram(find(runId).run, request),
    'layers.sensitivity': async ({ runId, kind, images, top }: { runId: string; kind: Sensitivity['kind']; images: number; top: { sites: number } | null }, options: CallOptions<'layers.sensitivity'>): Promise<Sensitivity> => {
      const { run, model } = find(runId);
      const whole = makeSensitivity(run, model, kind, images);
      const rows: SensitivityRow[] = [];
      for (const row of whole.rows) {
        if (options.signal?.aborted === true) break;
        rows.push(row);
        options.onEvent?.({ kind: 'row', row });
        options.onEvent?.({ kind: 'progress', done: rows.length, total: whole.rows.length });
        if (rows.length === 3) await pause?.();
      }
      const worst = [...rows].sort((a, b) => b.kl - a.kl).slice(0, top?.sites ?? 0).map((row) => ({ ...row, images: 1000 }));
      return { ...whole, state: rows.length < whole.rows.length ? 'stopped' : 'done', rows, top: { images: top === null ? 0 : 1000, float: null, full: null, rows: worst } };
    },
  };
}

/** What the importer says of the model's sites. */
export function inspectedSites(model: ModelRecord): { name: string; role: string; block: number | null }[] {
  return sitesOf(model).map(({ site, role, block }) => ({ name: site, role, block }));
}
