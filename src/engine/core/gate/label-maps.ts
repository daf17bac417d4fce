/** Which output stands for which class: the orders of classes that are known to be mixed up, as maps from a data set's labels to outputs. */
import type { LabelMapId } from '../../../shared/label-map';
import { compareCodePoints } from '../datasets/code-point-order';
import type { DatasetClass, LabelSet } from '../datasets/dataset-listing';
import type { ImagenetTables } from '../datasets/label-order';

export interface LabelledModel {
  readonly labelSet: LabelSet;
  readonly classes: readonly DatasetClass[];
  /** Outputs of the model. */
  readonly outputs: number;
  /** Names of its outputs, where its file carries them. */
  readonly outputNames: readonly string[] | null;
}

export interface LabelMap {
  readonly id: LabelMapId;
  /** Output of each label of the data set; -1 where there is none. [largest label + 1] */
  readonly outputs: Int32Array;
}

/** Outputs that the labels of a data set want of a model when nothing is mapped. */
export function wantedOutputs(labelSet: LabelSet, classes: number): number {
  return labelSet === 'imagenet-1k' ? 1000 : classes;
}

type Rule = (label: number, listed: DatasetClass) => number;

/** A map by its name; null where it cannot be made for this data set and model. */
export function labelMap(id: LabelMapId, model: LabelledModel, tables: ImagenetTables): LabelMap | null {
  const rule = ruleOf(id, model, tables);
  if (rule === null) return null;
  const outputs = new Int32Array(model.classes.reduce((most, { label }) => Math.max(most, label), -1) + 1).fill(-1);
  for (const listed of model.classes) {
    const output = rule(listed.label, listed);
    outputs[listed.label] = output >= 0 && output < model.outputs ? output : -1;
  }
  return { id, outputs };
}

/** Every map that gives some class another output than the ones before it; the first of two equal ones stays. */
export function differingMaps(ids: readonly LabelMapId[], model: LabelledModel, tables: ImagenetTables): LabelMap[] {
  const seen = new Set<string>();
  const kept: LabelMap[] = [];
  for (const id of ids) {
    const map = labelMap(id, model, tables);
    // A map that has no place for most classes explains nothing.
    if (map === null || model.classes.filter(({ label }) => map.outputs[label] >= 0).length * 2 <= model.classes.length) continue;
    const key = map.outputs.join(',');
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(map);
  }
  return kept;
}

function ruleOf(id: LabelMapId, { labelSet, classes, outputNames }: LabelledModel, { classes: imagenet, devkitOrder }: ImagenetTables): Rule | null {
  const isImagenet = labelSet === 'imagenet-1k';
  const at = (list: readonly number[], place: number): number => list[place] ?? -1;
  switch (id) {
    case 'as-listed': return (label) => label;
    case 'plus-one': return (label) => label + 1;
    case 'minus-one': return (label) => label - 1;
    case 'devkit-to-sorted': case 'devkit-to-sorted-from-1': {
      if (!isImagenet) return null;
      const sorted = devkitOrder.map((wordNetId) => imagenet.labelOf(wordNetId));
      const first = id === 'devkit-to-sorted' ? 0 : 1;
      return (label) => at(sorted, label - first);
    }
    case 'sorted-to-devkit': case 'sorted-to-devkit-plus-one': {
      if (!isImagenet) return null;
      const places = new Map(devkitOrder.map((wordNetId, place) => [imagenet.labelOf(wordNetId), place]));
      const first = id === 'sorted-to-devkit' ? 0 : 1;
      return (label) => (places.get(label) ?? -1 - first) + first;
    }
    case 'names-to-sorted': case 'sorted-to-names': {
      if (!isImagenet) return null;
      const byName = imagenet.list.map((_, label) => label).sort((a, b) => compareCodePoints(imagenet.list[a].name, imagenet.list[b].name));
      if (id === 'names-to-sorted') return (label) => at(byName, label);
      const places = new Map(byName.map((label, place) => [label, place]));
      return (label) => places.get(label) ?? -1;
    }
    case 'by-class-name': {
      if (isImagenet) return null;
      const named = new Map(imagenet.list.map(({ name }, label) => [plain(name), label]));
      return (_label, { folder }) => named.get(plain(folder)) ?? -1;
    }
    case 'by-model-classes': {
      if (outputNames === null) return null;
      const named = new Map(outputNames.map((name, output) => [plain(name), output]));
      return (_label, { folder, name }) => named.get(plain(folder)) ?? named.get(plain(name)) ?? -1;
    }
    case 'by-folder-number': case 'by-folder-number-from-1': {
      if (isImagenet || !classes.every(({ folder }) => /^\d+$/.test(folder))) return null;
      const first = id === 'by-folder-number' ? 0 : 1;
      return (_label, { folder }) => Number(folder) - first;
    }
    case 'by-position': {
      if (!isImagenet) return null;
      const places = new Map(classes.map(({ label }, place) => [label, place]));
      return (label) => places.get(label) ?? -1;
    }
  }
}

/** Names are compared without case, and with one kind of space. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, ' ').trim();
}
