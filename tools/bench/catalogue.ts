/** Every measurement there is, in the order of the answer. */
import { calibrationMemoryBench } from './benches/calibration-memory';
import { calibrationBench } from './benches/calibration';
import { evaluationBench } from './benches/evaluation';
import { gateBench } from './benches/gate';
import { imagesBench } from './benches/images';
import { integerBench } from './benches/integer';
import { kernelBench } from './benches/kernels';
import { listingBench } from './benches/listing';
import { memoryEstimateBench } from './benches/memory-estimate';
import { memoryFlatBench } from './benches/memory-flat';
import { memoryPeakBench } from './benches/memory-peak';
import { safetensorsBench } from './benches/safetensors';
import { schemesBench } from './benches/schemes';
import { stopBench } from './benches/stop';
import { workersBench } from './benches/workers';
import { workersJpegBench } from './benches/workers-jpeg';
import type { Bench } from './row';

export const benches: readonly Bench[] = [
  kernelBench,
  evaluationBench('deit_tiny', ['Sqrt2_17', 'BitLog2_Half_17']),
  evaluationBench('deit_small', ['Sqrt2_17', 'BitLog2_Half_17']),
  evaluationBench('swin_tiny', ['BitLog2_Half_17']),
  integerBench('deit_tiny', ['Sqrt2_17', 'BitLog2_Half_17']),
  integerBench('deit_small', ['Sqrt2_17', 'BitLog2_Half_16', 'BitLog2_Half_17']),
  integerBench('deit_base', ['BitLog2_Half_17']),
  integerBench('swin_tiny', ['BitLog2_Half_17']),
  integerBench('swin_small', ['BitLog2_Half_17']),
  calibrationBench('deit_tiny', true),
  calibrationBench('deit_small', true),
  calibrationBench('swin_tiny', false),
  calibrationMemoryBench,
  imagesBench,
  gateBench,
  listingBench,
  safetensorsBench,
  schemesBench,
  workersBench,
  workersJpegBench,
  stopBench,
  memoryFlatBench,
  memoryEstimateBench,
  memoryPeakBench,
];
