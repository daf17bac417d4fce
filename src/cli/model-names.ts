/** `--model`: a file, or the seed's name of a model that lies in the workspace's model folder. */
import { fail } from '../shared/failure';
import type { CliEnvironment } from './environment';

interface NamedModel {
  readonly name: string;
  /** timm's architecture, with which the file's name begins. */
  readonly architecture: string;
  /** timm's tag of the weights that the seed used. */
  readonly tag: string;
}

export const namedModels: readonly NamedModel[] = [
  { name: 'vit_small', architecture: 'vit_small_patch16_224', tag: 'augreg_in21k_ft_in1k' },
  { name: 'vit_base', architecture: 'vit_base_patch16_224', tag: 'augreg_in21k_ft_in1k' },
  { name: 'deit_tiny', architecture: 'deit_tiny_patch16_224', tag: 'fb_in1k' },
  { name: 'deit_small', architecture: 'deit_small_patch16_224', tag: 'fb_in1k' },
  { name: 'deit_base', architecture: 'deit_base_patch16_224', tag: 'fb_in1k' },
  { name: 'swin_tiny', architecture: 'swin_tiny_patch4_window7_224', tag: 'ms_in1k' },
  { name: 'swin_small', architecture: 'swin_small_patch4_window7_224', tag: 'ms_in1k' },
];

export interface ResolvedModel {
  readonly file: string;
  /** A sentence the user must know, or null. */
  readonly warning: string | null;
}

/** Throws EngineError 'model-unreadable' that says which file to get and how. */
export function resolveModel(environment: Pick<CliEnvironment, 'exists' | 'list' | 'resolvePath'>, modelFolder: string, given: string): ResolvedModel {
  const file = environment.resolvePath(given);
  if (environment.exists(file)) return { file, warning: null };
  const named = namedModels.find((model) => model.name === given);
  if (named === undefined) {
    throw fail('model-unreadable', `There is no model file "${given}"`, {
      file, expected: `a file, or one of ${namedModels.map((model) => model.name).join(', ')} in the workspace's model folder`, next: 'Check the path',
    });
  }
  const found = environment.list(modelFolder).filter((name) => name.startsWith(named.architecture) && /\.(onnx|safetensors)$/i.test(name)).sort();
  const wanted = found.find((name) => name.includes(`.${named.tag}.`)) ?? found.find((name) => tagOf(name, named) === null) ?? found[0];
  if (wanted === undefined) throw absent(modelFolder, named);
  const tag = tagOf(wanted, named);
  return {
    file: `${modelFolder}/${wanted}`,
    warning: tag === null || tag === named.tag ? null : `${wanted}: the published figures belong to the weights ${named.architecture}.${named.tag}, these are ${tag}`,
  };
}

/** What stands between architecture and extension: "fb_in1k", or null when nothing does. */
function tagOf(name: string, { architecture }: NamedModel): string | null {
  const rest = name.slice(architecture.length).replace(/\.(onnx|safetensors)$/i, '').replace(/^\./, '');
  return rest === '' ? null : rest;
}

function absent(modelFolder: string, { name, architecture, tag }: NamedModel): Error {
  return fail('model-unreadable', `The model ${name} is not in the workspace's model folder`, {
    file: modelFolder,
    expected: `${architecture}*.onnx (the seed's weights: timm tag ${tag})`,
    next: `Export it there: python tools/export-timm/export_timm.py --model ${architecture}.${tag} --pretrained --output ${modelFolder}/${architecture}.${tag}.onnx. Or name a file: --model FILE`,
  });
}
