/** `schemes.all`: all six schemes over the same JPEG files in one pass, in times of one scheme alone. In one worker's own task, without the workspace. */
import { logSchemeIds, type SchemeId } from '../../../src/shared/settings';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preprocessPresets } from '../../../src/engine/core/images/preprocess';
import { Workshop, type TaskContext } from '../../../src/engine/runtime/evaluate/workshop';
import { calibrateOnFew } from './calibrate-on-few';
import { interleave, timesOf } from '../interleave';
import { jpegFiles } from '../jpeg-pictures';
import type { Bench, Row } from '../row';
import { ratios, summarise } from '../statistics';

const id = 'schemes.all';
const model = 'deit_small';
const images = 4;
const alone: SchemeId = 'BitLog2_Half_17';

export const schemesBench: Bench = {
  ids: [id],
  usual: [id],
  async run(context): Promise<Row[]> {
    const loaded = await context.models.load(model);
    const workshop = new Workshop(1);
    const task: TaskContext = { poll: () => undefined, emit: () => undefined, now: context.now };
    await workshop.perform({ kind: 'import', model, file: loaded.file }, task);
    for (const [scheme, parameters] of await calibrateOnFew(loaded, logSchemeIds)) {
      await workshop.perform({ kind: 'load-cell', cell: scheme, model, batch: 1, network: { kind: 'reference', settings: { scheme, wBits: 4, aBits: 4 }, parameters } }, task);
    }
    const files = writtenJpegs(join(context.folder, 'schemes'), images);
    const evaluate = (cells: readonly SchemeId[]) => async (): Promise<void> => {
      await workshop.perform({ kind: 'evaluate', cells, preprocess: preprocessPresets.deit, batches: files.map((file, batch) => ({ batch, start: batch, files: [file], labels: [0] })) }, task);
    };
    const times = await interleave(new Map([['one', evaluate([alone])], ['all', evaluate(logSchemeIds)]]), { rounds: context.rounds(7), warmUp: 1, now: context.now });
    await workshop.perform({ kind: 'drop', keys: [model, ...logSchemeIds] }, task);
    const all = timesOf(times, 'all');
    return [{ id, figures: { ratio_to_one: summarise(ratios(all, timesOf(times, 'one'))), images_per_second: summarise(all.map((time) => (images / time) * 1000)) } }];
  },
};

function writtenJpegs(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true });
  return jpegFiles(count).map((bytes, index) => {
    const file = join(folder, `${index}.jpg`);
    writeFileSync(file, bytes);
    return file;
  });
}
