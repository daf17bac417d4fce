/** What a model's outputs stand for, by name. Predictions and labels of a run are numbers of outputs, whatever order the data set's classes have. */
import type { LabelMapId } from '../../../shared/label-map';
import type { DatasetClass } from '../datasets/dataset-listing';
import type { ImagenetTables } from '../datasets/label-order';
import { labelMap, type LabelledModel } from './label-maps';

/** Under which key of a model's metadata the names of its outputs stand: a JSON list of texts. */
export const classNamesKey = 'bitlog2.classes';

/** Names of a model's outputs, where its file carries them; null where it does not. */
export function statedNames(metadata: Readonly<Record<string, string>>, outputs: number): readonly string[] | null {
  const text = metadata[classNamesKey];
  if (text === undefined) return null;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.length === outputs && names.every((name) => typeof name === 'string') ? names.map(String) : null;
  } catch {
    // Metadata is a courtesy of the file: what cannot be read is as good as absent.
    return null;
  }
}

/**
 * Maps that mend labels which were read wrongly out of a file: the outputs are ImageNet's in their usual order, and the names that the data set gives
 * its classes are wrong. Where folders or the pictures' own names say the classes, the same maps mean that the outputs are in another order.
 */
const mendsLabels: ReadonlySet<LabelMapId> = new Set<LabelMapId>(['plus-one', 'minus-one', 'devkit-to-sorted', 'devkit-to-sorted-from-1', 'sorted-to-devkit', 'sorted-to-devkit-plus-one', 'names-to-sorted']);

/**
 * @param map the run's; null: the numbers agree
 * @param fromFile labels were read out of a file of numbers, not off folders or names
 * @returns a name for each output, null where nothing says one. The data set's own names before ImageNet's, these before the model's. [outputs]
 */
export function outputNames(model: LabelledModel, map: LabelMapId | null, fromFile: boolean, tables: ImagenetTables): (string | null)[] {
  const imagenet = tables.classes.list.map(({ id, name }, label): DatasetClass => ({ folder: id, wordNetId: id, name, label }));
  const names = Array.from({ length: model.outputs }, (_, output) => model.outputNames?.[output] ?? null);
  const name = (classes: readonly DatasetClass[], outputOf: (label: number) => number): void => {
    for (const listed of classes) {
      const output = outputOf(listed.label);
      if (output >= 0 && output < names.length) names[output] = listed.name;
    }
  };
  const asListed = (label: number): number => label;
  if (model.labelSet === 'imagenet-1k') {
    // With more outputs than classes there is something in front of them, and the labels are right.
    if (map !== null && fromFile && mendsLabels.has(map) && model.outputs <= imagenet.length) {
      name(imagenet, asListed);
      return names;
    }
    if (map !== 'by-position') name(imagenet, through(map, { ...model, classes: imagenet }, tables));
  } else if (map === 'by-class-name') name(imagenet, asListed);
  name(model.classes, through(map, model, tables));
  return names;
}

function through(id: LabelMapId | null, model: LabelledModel, tables: ImagenetTables): (label: number) => number {
  if (id === null) return (label) => label;
  const outputs = labelMap(id, model, tables)?.outputs;
  return (label) => outputs?.[label] ?? -1;
}
