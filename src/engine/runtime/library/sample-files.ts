/** The embedded sample project. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Its models, by name, and its folder of pictures. */
export function sampleFiles(resourcesPath: string): { models: string[]; dataset: string } {
  const folder = join(resourcesPath, 'sample');
  const models = readdirSync(join(folder, 'models')).filter((name) => name.endsWith('.onnx')).sort().map((name) => join(folder, 'models', name));
  return { models, dataset: join(folder, 'images') };
}
