/** The FP32 gate: does this model, on this data set, prepared like this, answer as an FP32 network should? See core/gate for how that is judged. */
import { resolve } from 'node:path';
import { gateImages, gateReportSchema, type GateFinding, type GateQuestion, type GateRemark, type GateReport } from '../../../shared/gate';
import { labelMapIds, type LabelMapId } from '../../../shared/label-map';
import type { AnalysisProgress } from '../../../shared/analysis';
import { diagnose, firstLook, type Diagnosis } from '../../core/gate/diagnose';
import { expectation } from '../../core/gate/expectation';
import { fileTrouble, repeats } from '../../core/gate/files';
import { differingMaps, wantedOutputs } from '../../core/gate/label-maps';
import { leastImages } from '../../core/gate/judge-chance';
import { scoreOn } from '../../core/gate/setup';
import { variantsOf } from '../../core/gate/variants';
import { imagenetTables } from '../datasets/imagenet-class-list';
import { loadDataset, type KnownDataset } from '../library/dataset-library';
import type { KnownModel } from '../library/model-library';
import { sampleFiles } from '../library/sample-files';
import type { PublishedTable } from '../results/published';
import { choosePreprocess } from '../runs/plan';
import type { Store } from '../store/store-types';
import type { WorkerPool } from '../workers/pool';
import type { StopFlag } from '../workers/stop-flag';
import { expectedTop1, type ExpectedTop1 } from './expected';
import { GateLooker } from './gate-looker';
import { gatePictures, type GatePictures } from './gate-pictures';
import { labelledModel, outputNames, outputsFit, usableMap } from './outputs';
import { surelyWrong } from './surely-wrong';

/** Raised when the gate judges otherwise than before: stored answers of an older one are not used. */
const gateVersion = 1;
const kind = 'gate';

export interface GateParts {
  readonly store: Store;
  readonly pool: () => Promise<WorkerPool>;
  readonly model: KnownModel;
  readonly published: PublishedTable;
  readonly resourcesPath: string;
  readonly stop: StopFlag;
  readonly emit: (event: AnalysisProgress) => void;
}

/** Throws 'stopped' when it was; nothing is stored then. */
export async function checkGate(parts: GateParts, question: GateQuestion): Promise<GateReport> {
  const { store, model, stop } = parts;
  const dataset = await loadDataset(resolve(question.dataset), { shouldStop: () => stop.raised, labels: question.labels });
  stop.poll();
  const { preprocess, source } = choosePreprocess(question.preprocess, model.record.name, model.shared.structure, model.shared.metadata);
  const seed = question.seed ?? 0;
  const labelMap = question.labelMap ?? null;
  const { hash } = model.record;
  const key = { version: gateVersion, dataset: dataset.record.hash, preprocess, labelMap, seed, file: model.record.name };
  const start: GateReport = {
    model: { name: model.record.name, file: model.record.file, hash }, dataset: { name: dataset.record.name, root: dataset.record.root, hash: dataset.record.hash },
    preprocess, preprocessSource: source, labelMap, seed, images: 0, passes: 0, known: null, state: 'passed', findings: [], remarks: [], evidence: [], expected: null, fix: null, pictures: [],
  };
  if (question.again !== true) {
    const stored = await store.savedAnalysis(storedUnder(hash), kind, key, gateReportSchema);
    if (stored !== null) return { ...stored, model: start.model, dataset: start.dataset, preprocessSource: source, known: 'stored' };
    if (isSample(parts, dataset, question)) return { ...start, known: 'sample' };
  }
  const report = await measure(parts, dataset, start);
  await store.saveAnalysis(storedUnder(hash), kind, key, report);
  return report;
}

/** Answers of the table of analyses belong to a run; these belong to a model. */
const storedUnder = (modelHash: string): string => `gate/${modelHash}`;

/** The embedded project as it came: what it answers is known. */
function isSample({ model, resourcesPath }: GateParts, dataset: KnownDataset, question: GateQuestion): boolean {
  const sample = sampleFiles(resourcesPath);
  return question.preprocess === 'auto' && question.labelMap === undefined && sample.models.includes(model.record.file) && dataset.record.root === sample.dataset;
}

async function measure(parts: GateParts, dataset: KnownDataset, start: GateReport): Promise<GateReport> {
  const { model, stop, emit } = parts;
  const { listing } = dataset;
  const fits = outputsFit(model, listing) || start.labelMap !== null;
  const pictures = gatePictures(listing.val, fits ? gateImages : firstLook, start.seed);
  const labelled = labelledModel(model, listing);
  // What was asked for is in use, also where it fits badly: that is what is to be found out.
  const inUse = start.labelMap === null ? [] : [usableMap(start.labelMap, model, listing)];
  const others = differingMaps([...labelMapIds].filter((id) => id !== start.labelMap), labelled, imagenetTables);
  const maps = [...inUse, ...others.filter((map) => !inUse.some((used) => used.outputs.join() === map.outputs.join()))];
  if (maps.length === 0) return { ...start, state: 'fault', findings: [{ kind: 'outputs', outputs: model.record.classes, wanted: wantedOutputs(listing.labelSet, listing.classes.length), labelMap: null }] };
  const variants = fits ? variantsOf(start.preprocess, new Set()).length : 0;
  const looker = new GateLooker({
    pool: await parts.pool(), model, stop, emit, paths: pictures.files.map((file) => dataset.path(file)), planned: pictures.base + variants * Math.min(firstLook, pictures.base),
  });
  const diagnosis = await diagnose({
    labels: pictures.labels, base: pictures.base, maps, preprocess: start.preprocess, outputs: model.record.classes, labelsOnly: !fits, seed: start.seed,
    look: (preprocess, positions) => looker.look(preprocess, positions),
  });
  return conclude({ parts, dataset, start, pictures, diagnosis, looker, fits });
}

interface Measured {
  readonly parts: GateParts;
  readonly dataset: KnownDataset;
  readonly start: GateReport;
  readonly pictures: GatePictures;
  readonly diagnosis: Diagnosis;
  readonly looker: GateLooker;
  readonly fits: boolean;
}

function conclude(measured: Measured): GateReport {
  const { parts: { model }, dataset: { listing }, start, pictures, diagnosis, looker, fits } = measured;
  const { now, fixed, positions, changed, fitting, chance } = diagnosis;
  const findings: GateFinding[] = [];
  const remarks: GateRemark[] = [];
  // Outputs that do not fit are mended by the map that fits surely, others by one that is not in use.
  const labelMap = (fits ? fixed.map !== now.map : fitting) ? fixed.map.id : null;
  if (!fits) findings.push({ kind: 'outputs', outputs: model.record.classes, wanted: wantedOutputs(listing.labelSet, listing.classes.length), labelMap });
  else if (labelMap !== null) findings.push(isShift(labelMap, now.map.id) ? { kind: 'off-by-one', labelMap } : { kind: 'label-order', labelMap });
  for (const axis of changed) findings.push({ kind: axis, from: start.preprocess, to: fixed.preprocess });
  if (fits && chance !== null) findings.push(chance);
  const expected = expectedOf(measured, findings, remarks);
  const base = positions.length + [...looker.broken.keys()].filter((position) => position < pictures.base).length;
  const named = (place: readonly number[]): string[] => place.filter((position) => position < pictures.base).map((position) => pictures.files[position] ?? '');
  const broken = fileTrouble(named([...looker.broken.keys()].sort((a, b) => a - b)), base);
  const order = Array.from({ length: pictures.base }, (_, position) => position);
  const twice = fileTrouble(repeats(named(order), order.map((position) => looker.digests.get(position) ?? '')), base);
  for (const [what, trouble] of [['duplicates', twice], ['broken', broken]] as const) {
    if (trouble !== null) (trouble.fault ? findings : remarks).push({ kind: what, count: trouble.count, files: [...trouble.files] });
  }
  if (model.shared.notes.some((note) => /float16/i.test(note))) remarks.push({ kind: 'fp16' });
  if (positions.length < leastImages) remarks.push({ kind: 'few-images', images: positions.length });
  if (listing.classes.length === 1) remarks.push({ kind: 'one-class' });
  const fix = labelMap === null && changed.length === 0 ? null : { preprocess: changed.length === 0 ? null : fixed.preprocess, labelMap };
  return {
    ...start, images: positions.length, passes: looker.passes, state: findings.length === 0 ? 'passed' : 'fault', findings, remarks, evidence: [...diagnosis.evidence], expected, fix,
    pictures: surelyWrong(now, { listing, names: outputNames(model), files: pictures.files, labels: pictures.labels, positions }),
  };
}

/** Compares with what is said of the model; a figure that is missed is a fault of its own only when nothing else explains it. */
function expectedOf({ parts: { model, published, resourcesPath }, dataset: { listing }, pictures, diagnosis: { fixed, positions } }: Measured, findings: GateFinding[], remarks: GateRemark[]): GateReport['expected'] {
  const said: ExpectedTop1 | null = expectedTop1(model, outputNames(model), listing, published, resourcesPath);
  if (said === null || positions.length === 0) return null;
  const { side, interval } = expectation(scoreOn(fixed, positions, pictures.labels).scores.right, said.top1);
  if (side === 'below' && findings.length === 0) findings.push({ kind: 'below-expected', expected: said.top1, source: said.source, interval });
  if (side === 'above') remarks.push({ kind: 'above-expected', expected: said.top1, source: said.source, interval });
  return { ...said, agrees: side === 'agrees' };
}

function isShift(to: LabelMapId, from: LabelMapId): boolean {
  const shifts: readonly LabelMapId[] = ['plus-one', 'minus-one', 'as-listed'];
  return shifts.includes(to) && shifts.includes(from);
}
