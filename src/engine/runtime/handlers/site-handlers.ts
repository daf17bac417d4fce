/** Calibration, levels and errors, site by site. */
import { fail } from '../../../shared/failure';
import { calibrationOf, calibrationPicture } from '../pages/calibration';
import { CandidateFinder } from '../pages/calibration-candidates';
import { calibrationDraws } from '../pages/calibration-draws';
import { redraw } from '../pages/calibration-redraw';
import { storedLayers } from '../pages/layers';
import { siteErrors } from '../pages/layers-errors';
import { siteHistogram } from '../pages/layers-histogram';
import { sensitivity } from '../pages/layers-sensitivity';
import { levelsOfRun } from '../pages/levels';
import type { Desk, HandlersOf } from './desk';

const mutable = (files: readonly string[] | null): string[] | null => (files === null ? null : [...files]);

export function siteHandlers(desk: Desk): HandlersOf<'calibration' | 'levels' | 'layers'> {
  const candidates = new CandidateFinder();
  return {
    'calibration.get': async ({ runId }) => calibrationOf(await desk.sources(), runId),
    'calibration.picture': async ({ runId, position }) => calibrationPicture(await desk.sources(), runId, position),
    'calibration.draws': async ({ runId }) => calibrationDraws(await desk.store(), runId),
    'calibration.redraw': ({ runId, seeds }, options) => desk.ask(options, async (stop, onProgress) => redraw(await desk.sources(), runId, { seeds, stop, onProgress })),
    'calibration.candidates': async ({ datasetId, ...page }) => candidates.page(await desk.sources(), datasetId, page),
    'calibration.candidate': async ({ runId, index }) => candidates.picture(await desk.sources(), runId, index),
    'calibration.locked': async ({ datasetId }) => ({ files: mutable(await (await desk.store()).lockedPictures(datasetId)) }),
    'calibration.lock': async ({ datasetId, files }) => {
      const store = await desk.store();
      if (!(await store.datasets()).some(({ id }) => id === datasetId)) throw fail('not-found', 'There is no such data set in this workspace', { place: datasetId, next: 'Choose another' });
      await store.lockPictures(datasetId, files);
      return { files };
    },
    'levels.get': (question, options) => desk.ask(options, async (stop, onProgress) => levelsOfRun(await desk.sources(), { ...question, stop, onProgress })),
    'layers.errors': (question, options) => desk.ask(options, async (stop, emit) => siteErrors(await desk.sources(), question, stop, emit)),
    'layers.histogram': (question, options) => desk.ask(options, async (stop) => siteHistogram(await desk.sources(), question, stop)),
    'layers.sensitivity': (question, options) => desk.ask(options, async (stop, emit) => sensitivity(await desk.sources(), question, stop, emit)),
    'layers.stored': async ({ runId }) => storedLayers(await desk.sources(), runId),
  };
}
