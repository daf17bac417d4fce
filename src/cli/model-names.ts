/** `--model`: a file, or the seed's name of a model that lies in the workspace's model folder. */
import { fail } from '../shared/failure';
import { isForeign, pickSeedFile, seedModels, type SeedModel } from '../shared/seed-models';
import type { CliEnvironment } from './environment';

export interface ResolvedModel {
  readonly file: string;
  /** A sentence the user must know, or null. */
  readonly warning: string | null;
}

/** Throws EngineError 'model-unreadable' that says which file to get and how. */
export function resolveModel(environment: Pick<CliEnvironment, 'exists' | 'list' | 'resolvePath'>, modelFolder: string, given: string): ResolvedModel {
  const file = environment.resolvePath(given);
  if (environment.exists(file)) return { file, warning: null };
  const named = seedModels.find((model) => model.name === given);
  if (named === undefined) {
    throw fail('model-unreadable', `There is no model file "${given}"`, {
      file, expected: `a file, or one of ${seedModels.map((model) => model.name).join(', ')} in the workspace's model folder`, next: 'Check the path',
    });
  }
  const wanted = pickSeedFile(environment.list(modelFolder), named);
  if (wanted === null) throw absent(modelFolder, named);
  return {
    file: `${modelFolder}/${wanted.file}`,
    warning: isForeign(wanted, named) ? `${wanted.file}: the published figures belong to the weights ${named.architecture}.${named.tag}, these are ${wanted.tag ?? 'unnamed'}` : null,
  };
}

function absent(modelFolder: string, { name, architecture, tag }: SeedModel): Error {
  return fail('model-unreadable', `The model ${name} is not in the workspace's model folder`, {
    file: modelFolder,
    expected: `${architecture}*.safetensors or .onnx (the seed's weights: timm tag ${tag})`,
    next: `Get it: bitlog2 models get ${name} (says first what is fetched from where). Or export it there: python tools/export-timm/export_timm.py --model ${architecture}.${tag} --pretrained --output ${modelFolder}/${architecture}.${tag}.onnx. Or name a file: --model FILE`,
  });
}
