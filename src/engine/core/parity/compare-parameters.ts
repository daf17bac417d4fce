/** Judges calibrated parameters against a golden's, number by number. Pure. */
import type { ParityResult } from '../../../shared/parity';
import type { QuantizerParameters } from '../../../shared/records';
import type { NetworkParameters } from '../graph/parameters';
import type { LinearSite, ModelStructure, Site } from '../graph/types';
import * as bounds from './bounds';

type Row = ParityResult['sites'][number];
type Judge = (expected: readonly number[], actual: readonly number[]) => boolean;

/** One row per vector of the golden; a vector that one side lacks is a row that fails. */
export function compareParameters(expected: NetworkParameters, actual: NetworkParameters, structure: ModelStructure): Row[] {
  const sites = new Map(structure.sites.map((site) => [site.name, site]));
  const exact = exactSites(structure);
  const rows: Row[] = [];
  const names = new Set([...Object.keys(expected.sites), ...Object.keys(actual.sites)]);
  for (const name of names) {
    const fields = new Set([...Object.keys(expected.sites[name] ?? {}), ...Object.keys(actual.sites[name] ?? {})]);
    for (const field of fields) rows.push(...compareField(name, field, expected.sites[name]?.[field], actual.sites[name]?.[field], sites.get(name), exact.has(`${name}/${field}`)));
  }
  for (const [name, record] of Object.entries(expected.reparameterisation)) {
    const found = actual.reparameterisation[name];
    const first = exact.has(`${name}/input`);
    rows.push(row(name, 'reparameterisation.channel_delta', record.channelDelta, found?.channelDelta ?? [], within(first ? bounds.exactRelative : bounds.weightMaxRelative)));
    rows.push(row(name, 'reparameterisation.channel_zero_point', record.channelZeroPoint, found?.channelZeroPoint ?? [], first ? steps(0) : mostlySteps));
  }
  return pooledMedian(rows, structure);
}

/**
 * The median of all reparameterised weight deltas together, and of all channel deltas together, has its own bound; when it is broken, the
 * vectors above it are the ones that fail.
 */
function pooledMedian(rows: readonly Row[], structure: ModelStructure): Row[] {
  const linears = new Set(structure.sites.filter(isReparameterised).map((site) => site.name));
  const groups = [
    (row: Row): boolean => row.field === 'weight.delta' && linears.has(row.site),
    (row: Row): boolean => row.field === 'reparameterisation.channel_delta',
  ];
  return rows.map((row) => {
    const group = groups.find((belongs) => belongs(row));
    if (group === undefined || median(rows.filter(group).flatMap(errorsOf)) <= bounds.weightMedianRelative) return row;
    return { ...row, ok: row.ok && median(errorsOf(row)) <= bounds.weightMedianRelative };
  });
}

function compareField(site: string, field: string, expected: QuantizerParameters | undefined, actual: QuantizerParameters | undefined, found: Site | undefined, exact: boolean): Row[] {
  const rows = [row(site, `${field}.delta`, expected?.delta ?? [], actual?.delta ?? [], deltaJudge(field, expected, found, exact))];
  if (expected?.zero_point !== undefined || actual?.zero_point !== undefined) {
    rows.push(row(site, `${field}.zero_point`, expected?.zero_point ?? [], actual?.zero_point ?? [], zeroPointJudge(field, found, exact)));
  }
  if (expected?.bits !== undefined) rows.push(row(site, `${field}.bits`, [expected.bits], actual?.bits === undefined ? [] : [actual.bits], steps(0)));
  return rows;
}

function deltaJudge(field: string, expected: QuantizerParameters | undefined, site: Site | undefined, exact: boolean): Judge {
  if (field === 'weight') return within(isReparameterised(site) ? bounds.weightMaxRelative : 0);
  if (expected?.scheme?.startsWith('BitLog2') === true) return within(bounds.bitLog2Relative);
  if (expected?.scheme?.startsWith('Sqrt2') === true) return within(exact ? bounds.exactRelative : bounds.sqrt2Relative);
  return within(exact ? bounds.exactRelative : bounds.activationRelative);
}

function zeroPointJudge(field: string, site: Site | undefined, exact: boolean): Judge {
  if (field === 'weight') return isReparameterised(site) ? steps(bounds.zeroPointSteps) : steps(0);
  if (!exact) return steps(bounds.zeroPointSteps);
  // The mean of zero points is a fraction: equal to rounding.
  return isReparameterised(site) ? within(bounds.exactRelative) : steps(0);
}

function isReparameterised(site: Site | undefined): site is LinearSite {
  return site?.kind === 'linear' && site.norm !== null;
}

/** Operands up to and including the first block's fc2 input, as `site/field`. */
function exactSites(structure: ModelStructure): Set<string> {
  const found = new Set<string>();
  for (const site of structure.sites) {
    if (site.kind === 'product') {
      found.add(`${site.name}/A`);
      found.add(`${site.name}/B`);
    } else found.add(`${site.name}/input`);
    if (site.kind === 'linear' && site.role === 'fc2') break;
  }
  return found;
}

function row(site: string, field: string, expected: readonly number[], actual: readonly number[], judge: Judge): Row {
  const ok = expected.length === actual.length && expected.length > 0 && judge(expected, actual);
  return { site, field, expected: [...expected], actual: [...actual], ok };
}

const relative = (expected: number, actual: number): number => (expected === actual ? 0 : Math.abs(actual - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE));

function within(bound: number): Judge {
  return (expected, actual) => expected.every((value, index) => relative(value, actual[index]) <= bound);
}

function steps(bound: number): Judge {
  return (expected, actual) => expected.every((value, index) => Math.abs(value - actual[index]) <= bound);
}

function errorsOf(row: Row): number[] {
  return row.expected.map((value, index) => relative(value, row.actual[index] ?? Number.NaN));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Channel zero points follow the channel's delta: mostly equal, a few a step or more away. */
const mostlySteps: Judge = (expected, actual) => {
  const errors = expected.map((value, index) => Math.abs(value - actual[index])).sort((a, b) => a - b);
  return errors[errors.length >> 1] <= bounds.zeroPointSteps && errors[errors.length - 1] <= 1 + bounds.zeroPointSteps;
};
