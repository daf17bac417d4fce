/** Pictures of a train split to choose calibration pictures from, found by class or file name. */
import { fail } from '../../../shared/failure';
import type { Candidates } from '../../../shared/calibration';
import type { PictureRecord } from '../../../shared/attention';
import { loadDataset, type KnownDataset } from '../library/dataset-library';
import { storedRun } from '../results/stored-run';
import { preparedPicture } from './calibration';
import { storedDataset } from './run-dataset';
import type { RunSources } from './run-sources';

/** Listing a full ImageNet takes seconds: the last listing is kept, and the last search in it, since a list is read in pages. */
export class CandidateFinder {
  private listed: { readonly datasetId: string; readonly dataset: Promise<KnownDataset> } | null = null;
  private found: { readonly key: string; readonly indices: readonly number[] } | null = null;

  /** `search` matches the class's name or folder or the file's path, whatever the case; '' finds all. */
  async page(sources: RunSources, datasetId: string, { offset, count, search }: { readonly offset: number; readonly count: number; readonly search: string }): Promise<Candidates> {
    const dataset = await this.dataset(sources, datasetId);
    const { train } = dataset.listing;
    const wanted = search.trim().toLowerCase();
    const indices = wanted === '' ? null : this.matches(dataset, datasetId, wanted);
    const total = indices?.length ?? train.count;
    const pictures = Array.from({ length: Math.max(0, Math.min(count, total - offset)) }, (_, row) => {
      const index = indices === null ? offset + row : indices[offset + row] ?? 0;
      return { index, ...train.ref(index) };
    });
    return { total, pictures };
  }

  /** As the network of a run on this data set would see it. */
  async picture(sources: RunSources, runId: string, index: number): Promise<PictureRecord> {
    const run = await storedRun(sources.store, runId);
    const { train } = (await this.dataset(sources, run.datasetId)).listing;
    if (index >= train.count) throw fail('not-found', `The data set has no picture ${index} to calibrate on`, { expected: `an index below ${train.count}` });
    return preparedPicture(sources, run, train.file(index));
  }

  private async dataset(sources: RunSources, datasetId: string): Promise<KnownDataset> {
    if (this.listed?.datasetId !== datasetId) {
      const { root, labels } = await storedDataset(sources.store, datasetId);
      const listed = { datasetId, dataset: loadDataset(root, { labels }) };
      this.listed = listed;
      this.found = null;
      listed.dataset.catch(() => { if (this.listed === listed) this.listed = null; });
    }
    return this.listed.dataset;
  }

  private matches({ listing, record }: KnownDataset, datasetId: string, wanted: string): readonly number[] {
    const key = `${datasetId} ${wanted}`;
    if (this.found?.key === key) return this.found.indices;
    const classes = new Set(record.classes.filter(({ folder, name }) => `${folder}\n${name}`.toLowerCase().includes(wanted)).map(({ label }) => label));
    const indices: number[] = [];
    for (let index = 0; index < listing.train.count; index++) {
      if (classes.has(listing.train.labels[index] ?? -1) || listing.train.file(index).toLowerCase().includes(wanted)) indices.push(index);
    }
    this.found = { key, indices };
    return indices;
  }
}
