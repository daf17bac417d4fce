/**
 * What stored answers are filed under, with the version of the computation: whoever changes what an answer is (its sample, its arithmetic,
 * a mistake put right) raises the number here, and older answers are neither found nor shown any more. They go with their run.
 */
export const answerKinds = {
  // 2: a last batch that is not full was measured with the rows that fill it up; and the sample was another.
  siteErrors: 'layers.errors/2',
  sensitivity: 'layers.sensitivity/2',
  histogram: 'layers.histogram/2',
  // 2: was measured on the first images of the list; 3: batches are drawn in the order in which a run evaluates them.
  levels: 'levels/3',
  typicalKl: 'images.typical',
  flippedBy: 'images.flippedBy',
  redraw: 'calibration-redraw',
  noise: 'noise-floor',
  calibrationPictures: 'calibration-pictures',
} as const;
