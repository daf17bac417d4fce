/** The index of weights that lie in several files: which tensor is in which. */
import { fail } from '../../../shared/failure';

/**
 * @param file for messages
 * @returns names of files beside the index, each with the tensors that are to be taken out of it
 * @throws EngineError 'model-unreadable' for what is no index, or names a file elsewhere
 */
export function readShardIndex(json: unknown, file: string): ReadonlyMap<string, readonly string[]> {
  const map = typeof json === 'object' && json !== null && 'weight_map' in json ? json.weight_map : null;
  const wrong = (what: string, place: string): Error => fail('model-unreadable', `The index of the weights cannot be used: ${what}`, { file, place, expected: '"weight_map": names of tensors, each with a .safetensors file in the same folder', next: 'Get the file again, or save the weights as one file' });
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw wrong('it names no files', 'weight_map');
  const shards = new Map<string, string[]>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !/^[^/\\]+\.safetensors$/i.test(shard)) throw wrong(`${JSON.stringify(shard)} is no file beside it`, tensor);
    const known = shards.get(shard);
    if (known === undefined) shards.set(shard, [tensor]);
    else known.push(tensor);
  }
  if (shards.size === 0) throw wrong('it names no files', 'weight_map');
  return shards;
}
