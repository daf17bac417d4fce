/** The engine's rule for a model that it has not seen: it is loaded in a process of its own first, once per content. */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { EngineOptions } from '../engine-options';
import { externalFiles } from '../library/external-files';
import type { Admission } from '../library/model-library';
import { onnxruntimeVersion } from '../ort/session';
import { isWeightsFile, weightsFiles } from '../ort/read-weights-file';
import { trialLimits, tryModel } from './try-model';
import { TrustedModels } from './trusted-models';

/** Null when the engine was told to load what it is given. The list of what was tried lies beside the default workspace. */
export function admission({ trial, defaultWorkspace, version }: EngineOptions): Admission | null {
  if (trial === undefined) return null;
  const tried = new TrustedModels(join(dirname(resolve(defaultWorkspace)), 'tried-models.json'), `${version} onnxruntime ${onnxruntimeVersion()}`);
  return async (file, hash, stop) => {
    if (tried.has(hash)) return;
    await tryModel(trial, { file, ...trialLimits(bytesOf(file)) }, stop);
    tried.add(hash);
  };
}

/** Of the model and of the files that hold its weights. */
function bytesOf(file: string): number {
  const parts = isWeightsFile(file) ? weightsFiles(file) : [file, ...externalFiles(file)];
  return parts.reduce((sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0), 0);
}
