/** Loads what the calibration page shows as the selection moves, and says why there is nothing to show. */
import { computed, watch, type ComputedRef } from 'vue';
import { useCalibration } from '../stores/calibration';
import { useJob } from '../stores/job';
import type { SelectedRun } from './use-selected-run';

export type CalibrationObstacle = 'no-run' | 'waiting' | 'failed';

export function useCalibrationPage({ run, model }: SelectedRun): ComputedRef<CalibrationObstacle | null> {
  const calibration = useCalibration();
  const job = useJob();
  // Asked again when the run got further: once calibrated, once done, and when a job with other seeds has ended.
  watch([() => run.value?.id ?? null, () => run.value?.state, () => job.running], ([id]) => {
    if (id === null) calibration.forget();
    else void calibration.load(id);
  }, { immediate: true });
  return computed(() => {
    if (run.value === null || model.value === null) return 'no-run';
    if (calibration.calibration?.runId !== run.value.id || calibration.calibration.state !== 'waiting') return null;
    return run.value.state === 'failed' ? 'failed' : 'waiting';
  });
}
