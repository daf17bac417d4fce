/** Weights must be finite numbers: a NaN or an infinity would spread through every figure. */
import { fail } from '../../../shared/failure';
import type { Graph, LinearSite, ModelStructure } from './types';

/**
 * Checks every weight and bias of sites and norms, and every other float constant for NaN (masks may hold -infinity).
 * @throws EngineError model-values, naming the site and the initializer
 */
export function checkWeights(graph: Graph, structure: ModelStructure): void {
  const owners = new Map<string, string>();
  const linears = structure.sites.filter((site): site is LinearSite => site.kind === 'linear');
  for (const site of linears) {
    owners.set(site.weight, site.name);
    if (site.bias !== null) owners.set(site.bias, site.name);
  }
  for (const norm of structure.norms) {
    owners.set(norm.scale, norm.name);
    if (norm.bias !== null) owners.set(norm.bias, norm.name);
  }
  for (const [name, tensor] of graph.initializers) {
    if (!(tensor.data instanceof Float32Array)) continue;
    const owner = owners.get(name);
    const at = owner === undefined ? firstNaN(tensor.data) : firstNotFinite(tensor.data);
    if (at < 0) continue;
    throw fail('model-values', `The model's weights hold ${tensor.data[at]}`, {
      place: `${owner ?? 'a constant'}: initializer ${name}, element ${at}`, expected: 'finite numbers', next: 'Export the model again from a checkpoint whose weights are finite',
    });
  }
}

function firstNaN(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (data[i] !== data[i]) return i;
  return -1;
}

function firstNotFinite(data: Float32Array): number {
  // x - x is 0 for every finite x and NaN otherwise.
  for (let i = 0; i < data.length; i++) if (data[i] - data[i] !== 0) return i;
  return -1;
}
