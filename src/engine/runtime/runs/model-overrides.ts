/** Overrides held against an imported model before anything is started with them. */
import { EngineError } from '../../../shared/failure';
import type { OverrideReport } from '../../../shared/override-report';
import type { RunSettings } from '../../../shared/settings';
import { checkOverrides } from '../../core/graph/check-overrides';
import { quantizerSettings, type QuantizerSettings } from '../../core/graph/parameters';
import type { KnownModel } from '../library/model-library';

/** What the overrides decide. Throws a 'recipe' failure that names the model's file. */
export function modelOverrides({ record, shared }: KnownModel, settings: QuantizerSettings): OverrideReport {
  try {
    return checkOverrides(shared.structure, settings);
  } catch (error) {
    throw error instanceof EngineError ? new EngineError({ file: record.file, ...error.failure }) : error;
  }
}

/** The same for every run that has overrides; what they come to, in one sentence for all, or null without any. */
export function overridesNote(model: KnownModel, runs: readonly RunSettings[]): string | null {
  const reports = runs.filter(({ overrides }) => overrides !== undefined).map((run) => ({ run, resolved: modelOverrides(model, quantizerSettings(run)).resolved }));
  const first = reports[0];
  if (first === undefined) return null;
  const plain = modelOverrides(model, { ...quantizerSettings(first.run), overrides: undefined }).resolved;
  const known = new Map(plain.map((row) => [`${row.site}:${row.operand}`, row]));
  const changed = first.resolved.filter(({ site, operand, setting, bits }) => {
    const before = known.get(`${site}:${operand}`);
    return before?.setting !== setting || before.bits !== bits;
  });
  const heads = changed.filter(({ head }) => head !== null).length;
  const float = changed.filter(({ head, setting }) => head === null && setting === 'fp32').length;
  const others = changed.length - heads - float;
  const parts = [`${float} of ${plain.length} operands left in FP32`, `${others} with bits or a scheme of their own`, `${heads} single heads of attention maps`];
  return `overrides: ${parts.filter((_, index) => [float, others, heads][index] !== 0).join(', ') || 'nothing is changed by them'}`;
}
