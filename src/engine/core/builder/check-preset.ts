/** Whether a file's header is that of one of the seven models: by names, kinds and shapes, without reading or building the weights. */
import { fail } from '../../../shared/failure';
import type { TensorHead } from '../safetensors/read-safetensors';
import { presetGraph, presets, type PresetName } from './presets';
import { findLayout } from './weight-layouts';
import { derived, listed, missing, problemOf } from './weights-graph';

/** Parameters of the model by timm's names, and their dimensions. */
export function presetParameters(name: PresetName): ReadonlyMap<string, readonly number[]> {
  const parameters = new Map<string, readonly number[]>();
  presetGraph(presets[name], (parameter, dims) => {
    parameters.set(parameter, dims);
    // Nobody runs this graph, so nothing is put into it.
    return { type: 'float32', dims, data: new Float32Array(0) };
  });
  return parameters;
}

/**
 * @param file for messages
 * @throws EngineError 'model-unsupported' that names what is missing, of another shape, or too much
 */
export function checkPreset(name: PresetName, tensors: ReadonlyMap<string, TensorHead>, file: string): void {
  const layout = findLayout(new Set(tensors.keys()))?.layout;
  const used = new Set<string>();
  const wrong: string[] = [];
  for (const [parameter, dims] of presetParameters(name)) {
    const parts = layout?.(parameter) ?? [parameter];
    const share = [(dims[0] ?? 0) / parts.length, ...dims.slice(1)];
    for (const stored of parts) {
      used.add(stored);
      const tensor = tensors.get(stored);
      const problem = tensor === undefined ? missing : problemOf(tensor, share);
      if (problem !== null) wrong.push(`${stored}: ${problem}`);
    }
  }
  wrong.push(...[...tensors.keys()].filter((stored) => !used.has(stored) && !derived.test(stored)).map((stored) => `${stored}: of no part of the model`));
  if (wrong.length > 0) throw fail('model-unsupported', `The file is not ${name}: ${wrong.length} parameters do not fit`, { file, place: listed(wrong), expected: `the parameters of ${name} with 1,000 classes`, next: 'Get the file that the model\'s page names' });
}
