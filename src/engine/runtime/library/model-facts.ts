/** What is known of the seven models of the table, read from `resources/models`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelTableOf, type ModelFacts } from '../../../shared/known-models';
import { seedModels } from '../../../shared/seed-models';

/** Bytes of a float32 parameter. */
const parameterBytes = 4;

/** @param hub instead of the one in the resource, for tests. Throws when the resource is damaged: so is the installation. */
export function modelFacts(resourcesPath: string, hub?: string): readonly ModelFacts[] {
  const table = modelTableOf(JSON.parse(readFileSync(join(resourcesPath, 'models', 'seed-models.json'), 'utf8')));
  const base = `${hub ?? table.hub}/${table.owner}`;
  return seedModels.map(({ name, architecture, tag }) => {
    const row = table.models.find((model) => model.name === name);
    const licence = row === undefined ? undefined : table.licences[row.licence];
    const source = row === undefined ? undefined : table.sources[row.top1Source];
    if (row === undefined || licence === undefined || source === undefined) throw new Error(`resources/models says too little of ${name}`);
    const page = `${base}/${architecture}.${tag}`;
    return {
      name, architecture, tag, page, title: row.title, licence: { id: row.licence, url: licence }, url: `${page}/resolve/main/${table.file}`,
      parameters: row.parameters, bytes: row.parameters * parameterBytes, sha256: row.sha256, top1: { value: row.top1, ...source },
    };
  });
}
