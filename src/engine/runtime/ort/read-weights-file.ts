/** Weights as a graph: a `.safetensors` file, alone or in a Hugging Face or timm folder, or several of them with their index. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../../shared/failure';
import { readClassNames, readConfig, readProcessor, readTimmPreprocess, type PreprocessSaid } from '../../core/builder/hugging-face-config';
import { graphFromWeights, type BuiltFromWeights } from '../../core/builder/weights-graph';
import { classNamesKey } from '../../core/gate/output-names';
import { inputShape } from '../../core/graph/input-shape';
import { preprocessJson, preprocessKeys } from '../../core/images/preprocess';
import { readSafetensors, type Safetensors, type StoredTensor } from '../../core/safetensors/read-safetensors';
import { readShardIndex } from '../../core/safetensors/shard-index';

const configName = 'config.json';
const processorName = 'preprocessor_config.json';
/** Read along with the weights: they decide the network too. */
export const configNames = [configName, processorName] as const;

export function isWeightsFile(path: string): boolean {
  return /\.safetensors(\.index\.json)?$/i.test(path);
}

function isIndex(path: string): boolean {
  return path.toLowerCase().endsWith('.index.json');
}

/** The files that the weights lie in: the file itself, or those that an index names, in its folder. Throws EngineError 'model-unreadable' for an index that is none. */
export function weightsFiles(path: string): readonly string[] {
  return isIndex(path) ? [...readShardIndex(readJson(path), path).keys()].map((name) => join(dirname(path), name)) : [path];
}

/** @throws EngineError 'model-unreadable' or 'model-unsupported' */
export function readWeightsFile(path: string): BuiltFromWeights {
  const beside = (name: string): unknown => {
    const file = join(dirname(path), name);
    return existsSync(file) ? readJson(file) : null;
  };
  const config = beside(configName);
  const wanted = config === null ? {} : readConfig(config, join(dirname(path), configName));
  const built = graphFromWeights(isIndex(path) ? readShards(path) : readOne(path), wanted, path);
  return withPreprocess(withClassNames(built, config), config, beside(processorName));
}

function withClassNames(built: BuiltFromWeights, config: unknown): BuiltFromWeights {
  const outputs = built.graph.outputs[0]?.dims[1];
  const names = typeof outputs === 'number' ? readClassNames(config, outputs) : null;
  return names === null ? built : { ...built, graph: { ...built.graph, metadata: new Map([...built.graph.metadata, [classNamesKey, JSON.stringify(names)] as const]) } };
}

function withPreprocess(built: BuiltFromWeights, config: unknown, processor: unknown): BuiltFromWeights {
  const said = (found: PreprocessSaid, file: string): BuiltFromWeights => ({
    graph: { ...built.graph, metadata: new Map([...built.graph.metadata, [preprocessKeys.json, preprocessJson(found.preprocess)] as const, [preprocessKeys.file, file] as const]) },
    notes: [...built.notes, ...found.notes],
  });
  const own = processor === null ? null : readProcessor(processor, inputShape(built.graph).dims[2] ?? 0);
  if (own !== null) return said(own, processorName);
  const timm = config === null ? null : readTimmPreprocess(config);
  if (timm !== null) return said(timm, configName);
  return processor === null ? built : { ...built, notes: [...built.notes, `${processorName} does not say how pictures are prepared; the choice is made by the name or the structure`] };
}

function readOne(path: string): Safetensors {
  return readSafetensors(readBytes(path), (utf8) => new TextDecoder().decode(utf8), path);
}

/** The tensors of all files that the index names; each must hold what the index says it does. */
function readShards(path: string): Safetensors {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, wanted] of readShardIndex(readJson(path), path)) {
    const file = join(dirname(path), name);
    const shard = readOne(file).tensors;
    for (const tensor of wanted) {
      const found = shard.get(tensor);
      if (found === undefined) throw fail('model-unreadable', 'A file of the weights does not hold what the index says', { file, place: tensor, expected: `this tensor, by ${basename(path)}`, next: 'Get all files of the model again' });
      tensors.set(tensor, found);
    }
  }
  return { tensors, metadata: new Map() };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('model-unreadable', 'The weights file cannot be read', { file: path, place: error instanceof Error ? error.message : String(error), next: 'Check that the file exists and that you may read it; files above 2 GB are not supported' });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fail('model-unreadable', 'The file beside the weights is no JSON', { file, place: error instanceof Error ? error.message : String(error), expected: 'the config that was saved with the weights', next: 'Get the file again, or move the weights into a folder of their own' });
  }
}
