/** Names under which workers hold things. */
import type { RunSettings } from '../../../shared/settings';
import { isFloat } from './plan';

export const floatCell = (modelHash: string, batch: number): string => `${modelHash}/float/${batch}`;
export const calibratorKey = (modelHash: string, wBits: number, batch: number): string => `${modelHash}/calibrator/${wBits}/${batch}`;

/** The cell that evaluates a run: FP32 runs of one model share the float network. */
export function cellKey(modelHash: string, runId: string, settings: RunSettings): string {
  return isFloat(settings) ? floatCell(modelHash, settings.batch) : `${modelHash}/run/${runId}`;
}
