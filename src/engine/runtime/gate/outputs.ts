/** Which output of a model stands for which class of a data set. */
import { fail } from '../../../shared/failure';
import type { LabelMapId } from '../../../shared/label-map';
import { labelMap, wantedOutputs, type LabelledModel, type LabelMap } from '../../core/gate/label-maps';
import { statedNames } from '../../core/gate/output-names';
import type { DatasetListing } from '../../core/datasets/dataset-listing';
import { imagenetTables } from '../datasets/imagenet-class-list';
import type { KnownModel } from '../library/model-library';

/** Names of a model's outputs, where its file carries them; null where it does not. */
export function outputNames({ shared: { metadata, structure } }: KnownModel): readonly string[] | null {
  return statedNames(metadata, structure.output.classes);
}

export function labelledModel(model: KnownModel, { labelSet, classes }: DatasetListing): LabelledModel {
  return { labelSet, classes, outputs: model.record.classes, outputNames: outputNames(model) };
}

/** The map that was asked for. Throws a 'labels-mismatch' failure when it leaves a class without an output. */
export function usableMap(id: LabelMapId, model: KnownModel, listing: DatasetListing): LabelMap {
  const map = labelMap(id, labelledModel(model, listing), imagenetTables);
  const without = map === null ? listing.classes : listing.classes.filter(({ label }) => (map.outputs[label] ?? -1) < 0);
  if (map !== null && without.length === 0) return map;
  throw fail('labels-mismatch', map === null ? `The order of labels ${id} does not apply to this data set` : `The order of labels ${id} has no output for ${without.length} of ${listing.classes.length} classes`, {
    file: model.record.file, place: without.slice(0, 5).map(({ folder }) => folder).join(', '), expected: `one of the model's ${model.record.classes} outputs for every class`, next: 'Leave the order of labels out, or choose another',
  });
}

/** Labels as outputs, for the pictures of an evaluation. */
export function mappedLabels(labels: ArrayLike<number>, map: LabelMap): Int32Array {
  return Int32Array.from(labels, (label) => map.outputs[label] ?? -1);
}

/** Whether the model has just the outputs that the labels want. */
export function outputsFit(model: KnownModel, { labelSet, classes }: DatasetListing): boolean {
  return model.record.classes === wantedOutputs(labelSet, classes.length);
}
