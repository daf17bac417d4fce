/** Heads left alone at run time are heads that were never quantised: equal to networks made without those quantisers, to the last bit. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import type { ModelStructure } from '../../../../src/engine/core/graph/types';
import { preprocessPresets } from '../../../../src/engine/core/images/preprocess';
import { bypassOutcome, type BypassResult } from '../../../../src/engine/runtime/evaluate/bypass';
import { JoinedView } from '../../../../src/engine/runtime/evaluate/joined-view';
import { Workshop, type TaskContext } from '../../../../src/engine/runtime/evaluate/workshop';
import type { BatchSpec, CellOutcome, PassView, WorkerEvent } from '../../../../src/engine/runtime/workers/protocol';
import type { SchemeId } from '../../../../src/shared/settings';
import { smallProject, smallSwin, smallVit } from '../../../helpers/small-project';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const project = smallProject('bypass');
const preprocess = preprocessPresets.vit;
let files: string[];

beforeAll(() => {
  const root = project.pictures('val', 8);
  files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png')).sort().map((name) => join(root, name));
});
afterAll(() => project.remove());

const settingsOf = (scheme: SchemeId): QuantizerSettings => ({ scheme, wBits: 4, aBits: 4 });

describe.each([
  ['ViT', smallVit(), 1, 'BitLog2_Half_17'], ['ViT', smallVit(), 3, 'Sqrt2_17'], ['Swin', smallSwin(), 3, 'BitLog2_Single_16'],
] as const)('a %s', (_, graph, batch, scheme) => {
  const workshop = new Workshop(1);
  const events: WorkerEvent[] = [];
  const context: TaskContext = { poll: () => undefined, now: () => 0, emit: (event) => void events.push(event) };
  let structure: ModelStructure;
  let parameters: NetworkParameters;
  // Short where the batch is larger than one: the last slot is padding.
  let spec: BatchSpec;

  beforeAll(async () => {
    const imported = await workshop.perform({ kind: 'import', model: 'm', file: project.model('m.onnx', graph) }, context);
    if (imported === null || !('structure' in imported)) throw new Error('no structure');
    structure = imported.structure;
    await workshop.perform({ kind: 'prepare-calibration', calibrator: 'c', model: 'm', wBits: 4, batch }, context);
    const answer = await workshop.perform({ kind: 'calibrate', calibrator: 'c', settings: settingsOf(scheme), images: { files: files.slice(0, 4), preprocess }, wanted: 4 }, context);
    if (answer === null || !('parameters' in answer)) throw new Error('no parameters');
    parameters = answer.parameters;
    await load('run', settingsOf(scheme));
    const own = batch === 1 ? files.slice(4, 5) : files.slice(5, 5 + batch - 1);
    spec = { batch: 0, start: 0, files: own, labels: own.map(() => 0) };
  });
  afterAll(() => workshop.perform({ kind: 'drop', keys: ['run', 'other'] }, context));

  async function load(cell: string, settings: QuantizerSettings): Promise<void> {
    await workshop.perform({ kind: 'load-cell', cell, model: 'm', batch, network: { kind: 'reference', settings, parameters } }, context);
  }

  /** What a network of its own says, evaluated as runs are. */
  async function evaluated(cell: string): Promise<CellOutcome['outcomes']> {
    events.length = 0;
    await workshop.perform({ kind: 'evaluate', cells: [cell], batches: [spec], preprocess }, context);
    return events.flatMap((event) => (event.kind === 'batch' ? event.outcome.cells.flatMap(({ outcomes }) => outcomes) : []));
  }

  async function bypass(branches: readonly { block: number; heads: readonly number[] }[], everyMap = false): Promise<BypassResult> {
    const result = await workshop.perform({ kind: 'bypass', cell: 'run', batch: spec, preprocess, images: spec.files.map((__, position) => ({ position, answer: 2 })), branches, everyMap }, context);
    if (result === null || !('images' in result)) throw new Error('no outcomes');
    const { images } = result;
    if (typeof images === 'number') throw new Error('no outcomes');
    return { images };
  }

  const said = (outcomes: readonly { readonly top5: readonly number[]; readonly margin: number }[]): unknown => outcomes.map(({ top5, margin }) => [top5, margin]);

  it('says what the run says when no head is left alone, before and after others were', async () => {
    const run = said(await evaluated('run'));
    const { images } = await bypass([...structure.blocks.map(({ index }) => ({ block: index, heads: [] })), { block: 0, heads: [0] }]);
    expect(said(images.map(({ base }) => base))).toEqual(run);
    for (const { index } of structure.blocks) expect(said(images.map(({ branches }) => branches[index] ?? { top5: [], margin: NaN }))).toEqual(run);
    expect(said(await evaluated('run'))).toEqual(run);
  });

  it('says what scheme none says with the same parameters when every map is left alone', async () => {
    await load('other', settingsOf('none'));
    const { images } = await bypass([], true);
    expect(said(images.map(({ everyMap }) => everyMap ?? { top5: [], margin: NaN }))).toEqual(said(await evaluated('other')));
    expect(said(images.map(({ base }) => base))).not.toEqual(said(images.map(({ everyMap }) => everyMap ?? { top5: [], margin: NaN })));
  });

  it('says what a network without that head’s quantiser says, and one without the block’s', async () => {
    const branches = structure.blocks.flatMap(({ index, heads }) => [...Array.from({ length: heads }, (__, head) => ({ block: index, heads: [head] })), { block: index, heads: Array.from({ length: heads }, (___, head) => head) }]);
    const { images } = await bypass(branches);
    expect(events.filter((event) => event.kind === 'site').at(-1)).toEqual({ kind: 'site', done: branches.length, total: branches.length });
    for (const [index, { block, heads }] of branches.entries()) {
      const site = structure.sites.find((candidate) => candidate.kind === 'product' && candidate.role === 'matmul2' && candidate.block === block);
      await load('other', { ...settingsOf(scheme), overrides: Object.fromEntries(heads.map((head) => [`${site?.name}:A#${head}`, 'fp32' as const])) });
      expect(said(images.map(({ branches: all }) => all[index] ?? { top5: [], margin: NaN }))).toEqual(said(await evaluated('other')));
    }
    // Branches that all say the same would prove nothing.
    expect(new Set(images.flatMap(({ branches: all }) => all.map(({ margin }) => margin))).size).toBeGreaterThan(branches.length / 2);
  });

  it('refuses an image that cannot be read any more, and a block that is not there', async () => {
    const gone = { ...spec, files: [project.path('gone.png'), ...spec.files.slice(1)] };
    const task = { kind: 'bypass', cell: 'run', batch: gone, preprocess, images: [{ position: 0, answer: 0 }], branches: [], everyMap: false } as const;
    await expect(workshop.perform(task, context)).rejects.toMatchObject({ failure: { kind: 'image-skipped', file: project.path('gone.png') } });
    await expect(bypass([{ block: 99, heads: [0] }])).rejects.toThrow('there is no block 99');
  });

  it('measures the damage of every head as a view does', async () => {
    await workshop.perform({ kind: 'load-cell', cell: 'float', model: 'm', batch, network: { kind: 'float' } }, context);
    const damage = await workshop.perform({ kind: 'head-damage', float: 'float', cell: 'run', batch: spec, preprocess }, context);
    for (const position of spec.files.keys()) {
      const pass = async (cell: string): Promise<PassView> => {
        const view = await workshop.perform({ kind: 'view', cell, batch: spec, preprocess, position }, context);
        if (view === null || !('residual' in view)) throw new Error('no view');
        return view;
      };
      const view = new JoinedView(await pass('float'), await pass('run'), structure);
      if (!Array.isArray(damage)) throw new Error('no damage');
      expect(damage[position]).toEqual(await view.allDamage());
    }
    await workshop.perform({ kind: 'drop', keys: ['float'] }, context);
  });
});

describe('an outcome', () => {
  it('has the margin of an answer above zero exactly when it is the best class', () => {
    const logits = Float32Array.of(0.5, 3, -1, 2);
    expect(bypassOutcome(logits, 1)).toEqual({ top5: [1, 3, 0, 2], margin: 1, answerMargin: 1 });
    expect(bypassOutcome(logits, 0).answerMargin).toBe(-2.5);
    expect(bypassOutcome(Float32Array.of(4), 0)).toEqual({ top5: [0], margin: 0, answerMargin: 0 });
  });
});
