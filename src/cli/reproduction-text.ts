/** The published table beside the measured one: for a terminal, and as the document of `reproduce --json`. */
import type { DatasetRecord, RunRecord } from '../shared/records';
import type { ReproducedCell, Reproduction, SeedPlace, Tally, Verdict } from '../shared/reproduction';
import { remarkSentence } from '../shared/reproduction-remarks';
import { textTable } from './text-table';

export function reproductionText(reproduction: Reproduction): string {
  const head = ['model', 'scheme', 'images', 'top-1 %', '95 % interval', 'published %', '', 'log %', ''];
  const rows = reproduction.models.flatMap(({ title, cells }) => cells.filter(({ run, published }) => run !== null || published.page !== null || published.log !== null).map((cell, place) => [place === 0 ? title : '', ...cellText(cell)]));
  const tallies = [tallyText('published figures', reproduction.page), tallyText('figures that only the logs have', reproduction.logs)].filter((line) => line !== '');
  return `${textTable([head, ...rows], [0, 1, 6, 8])}\n${tallies.map((line) => `${line}\n`).join('')}${reproduction.remarks.map((remark) => `- ${remarkSentence(remark)}\n`).join('')}`;
}

function cellText({ scheme, run, published, page, log }: ReproducedCell): string[] {
  return [
    scheme === 'none' ? 'FP32' : scheme,
    run === null ? '' : run.state === 'done' ? String(run.images) : `${run.images} of ${run.total}`,
    run?.top1?.toFixed(2) ?? '-',
    run === null || run.top1Ci95 === null ? '' : `${run.top1Ci95[0].toFixed(2)} to ${run.top1Ci95[1].toFixed(2)}`,
    figure(published.page), verdictText(page),
    // What the logs say again is no second figure.
    ...(published.log === published.page ? ['', ''] : [figure(published.log), verdictText(log)]),
  ];
}

/** With the digits that it was published with. */
function figure(value: number | null): string {
  return value === null ? '' : value.toFixed(Number.isInteger(Number((value * 100).toFixed(6))) ? 2 : 3);
}

function verdictText(verdict: Verdict | null): string {
  return verdict === null ? '' : verdict === 'inside' ? 'inside' : `outside, ${verdict}`;
}

function tallyText(what: string, { inside, compared }: Tally): string {
  return compared === 0 ? '' : `${inside} of ${compared} ${what} lie inside the measured 95 % interval`;
}

/** Figures in percent. */
export function reproductionJson(reproduction: Reproduction, places: readonly SeedPlace[], dataset: DatasetRecord): object {
  return {
    source: reproduction.source,
    dataset: { root: dataset.root, hash: dataset.hash, layout: dataset.layout, images: dataset.valImages, train_images: dataset.trainImages, own_train: dataset.ownTrain ?? null },
    models: reproduction.models.map(({ name, title, cells }) => ({ name, title, weights: places.find((place) => place.name === name)?.weights ?? null, file: places.find((place) => place.name === name)?.file ?? null, cells: cells.map(cellJson) })),
    published: reproduction.page,
    logs: reproduction.logs,
    missing: places.filter(({ file }) => file === null).map(({ name, weights, target, url }) => ({ name, weights, target, url, get: `bitlog2 models get ${name}` })),
    remarks: reproduction.remarks.map((remark) => ({ ...remark, says: remarkSentence(remark) })),
  };
}

function cellJson({ scheme, run, published, page, log }: ReproducedCell): object {
  return {
    scheme, measured: run === null ? null : measured(run),
    published: published.page, published_as: published.as, published_inside: page === null ? null : page === 'inside', published_lies: page,
    log: published.log, log_inside: log === null ? null : log === 'inside', log_lies: log,
  };
}

function measured({ id, state, images, total, skipped, top1, top5, top1Ci95, settings }: RunRecord): object {
  const { wBits, aBits, arithmetic, calibrationImages, seed, batch, preprocess } = settings;
  return { run: id, state, images, total, skipped, top1, top5, top1_ci95: top1Ci95, w_bits: wBits, a_bits: aBits, arithmetic, calibration_images: calibrationImages, seed, batch, preprocess };
}
