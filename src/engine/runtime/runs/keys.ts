/** Names under which workers hold things. */
import { overridePatterns } from '../../../shared/overrides';
import type { RunSettings } from '../../../shared/settings';
import { isFloat } from './plan';

export const floatCell = (modelHash: string, batch: number): string => `${modelHash}/float/${batch}`;

/** Calibration networks differ by their weights alone: by bits, and by the overrides that can be about a weight. */
export function calibratorKey(modelHash: string, { wBits, batch, overrides }: Pick<RunSettings, 'wBits' | 'batch' | 'overrides'>): string {
  const ofWeights = overridePatterns(overrides).filter(({ operand, head, choice }) => (operand === null || operand === 'weight') && head === null && choice.kind !== 'scheme');
  const exceptions = ofWeights.length === 0 ? '' : `/${JSON.stringify(ofWeights.map(({ glob, choice }) => [glob, choice.kind === 'bits' ? choice.bits : choice.kind]))}`;
  return `${modelHash}/calibrator/${wBits}/${batch}${exceptions}`;
}

/** The cell that evaluates a run: FP32 runs of one model share the float network. */
export function cellKey(modelHash: string, runId: string, settings: RunSettings): string {
  return isFloat(settings) ? floatCell(modelHash, settings.batch) : `${modelHash}/run/${runId}`;
}
