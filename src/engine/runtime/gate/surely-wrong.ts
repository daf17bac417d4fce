/** The pictures on which a network is wrong and surest of it: what a person looks at to see what is going on. */
import type { GatePicture } from '../../../shared/gate';
import type { DatasetListing } from '../../core/datasets/dataset-listing';
import type { Setup } from '../../core/gate/setup';
import { imagenetClasses } from '../datasets/imagenet-class-list';

const shown = 6;

interface Named {
  readonly listing: DatasetListing;
  /** Of the model's outputs, where its file has them. */
  readonly names: readonly string[] | null;
  readonly files: readonly string[];
  readonly labels: readonly number[];
  readonly positions: readonly number[];
}

export function surelyWrong({ map, answers }: Setup, { listing, names, files, labels, positions }: Named): GatePicture[] {
  const byLabel = new Map(listing.classes.map(({ label, name }) => [label, name]));
  const byOutput = new Map(listing.classes.map(({ label, name }) => [map.outputs[label] ?? -1, name]));
  const nameOf = (output: number): string => names?.[output] ?? byOutput.get(output) ?? (listing.labelSet === 'imagenet-1k' ? imagenetClasses.list[output]?.name : undefined) ?? `output ${output}`;
  const wrong = positions.flatMap((position) => {
    const found = answers.get(position);
    const label = labels[position] ?? -1;
    return found === undefined || found.best === map.outputs[label] ? [] : [{ position, label, found }];
  });
  return wrong.sort((a, b) => b.found.confidence - a.found.confidence).slice(0, shown).map(({ position, label, found }) => ({
    file: files[position] ?? '', label: byLabel.get(label) ?? `class ${label}`, predicted: nameOf(found.best), confidence: 100 * found.confidence,
  }));
}
