/** What a person points at when he names a model: a file, or the folder that a hub's download makes. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fail } from '../../../shared/failure';

const hubFile = 'model.safetensors';

/**
 * The file of a model. A folder stands for its `model.safetensors`, or for its only model file.
 * @throws EngineError 'model-unreadable' for a folder with no model, or with several
 */
export function modelFile(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const names = readdirSync(path).sort();
  if (names.includes(hubFile)) return join(path, hubFile);
  const models = names.filter((name) => /\.(onnx|safetensors)$/i.test(name));
  const [only] = models;
  if (only !== undefined && models.length === 1) return join(path, only);
  throw fail('model-unreadable', models.length === 0 ? 'The folder holds no model' : `The folder holds ${models.length} models`, {
    file: path, ...(models.length === 0 ? {} : { place: models.slice(0, 5).join(', ') }), expected: `${hubFile} with its config.json, or one .onnx or .safetensors file`,
    next: names.some((name) => name.endsWith('.index.json')) ? 'Weights in several pieces are not read: save them as one file' : 'Name the file itself',
  });
}

/** What a model is called: its file's name, or its folder's where every hub file has the same. */
export function modelName(file: string): string {
  const name = basename(file, extname(file));
  return basename(file) === hubFile ? basename(dirname(file)) : name;
}
