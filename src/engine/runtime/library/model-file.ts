/** What a person points at when he names a model: a file, or the folder that a hub's download makes. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fail } from '../../../shared/failure';

const hubFile = 'model.safetensors';
/** Weights in several files, by their index. */
const hubIndex = `${hubFile}.index.json`;
/** What PyTorch pickles: reading it would run what is in it. */
const pickled = /\.(bin|pth?|ckpt|pkl)$/i;

/**
 * The file of a model. A folder stands for its `model.safetensors`, or for its only model file.
 * @throws EngineError 'model-unreadable' for a folder with no model, or with several
 */
export function modelFile(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const names = readdirSync(path).sort();
  for (const name of [hubFile, hubIndex]) if (names.includes(name)) return join(path, name);
  const models = names.filter((name) => /\.(onnx|safetensors)$/i.test(name));
  const [only] = models;
  if (only !== undefined && models.length === 1) return join(path, only);
  if (models.length > 0) throw fail('model-unreadable', `The folder holds ${models.length} models`, { file: path, place: models.slice(0, 5).join(', '), expected: `${hubFile} with its config.json, or one .onnx or .safetensors file`, next: 'Name the file itself' });
  const pickles = names.filter((name) => pickled.test(name));
  throw fail('model-unreadable', pickles.length > 0 ? 'The folder holds its weights as a Python pickle only, which is not opened: a pickle can run any program' : 'The folder holds no model', {
    file: path, ...(pickles.length === 0 ? {} : { place: pickles.slice(0, 5).join(', ') }), expected: `${hubFile} with its config.json, or one .onnx or .safetensors file`,
    next: pickles.length > 0 ? `Get ${hubFile} from the same page, or save the weights as safetensors in PyTorch` : names.includes('config.json') ? `The weights are missing beside config.json: get ${hubFile} too` : 'Name a folder or file with a model',
  });
}

/** What a model is called: its file's name, or its folder's where every hub file has the same. */
export function modelName(file: string): string {
  const name = basename(file, extname(file));
  return [hubFile, hubIndex].includes(basename(file)) ? basename(dirname(file)) : name;
}
