/** Names of outputs under every map of labels: what a run's numbers stand for. */
import { describe, expect, it } from 'vitest';
import { labelMap, type LabelledModel } from '../../../../src/engine/core/gate/label-maps';
import { outputNames, statedNames } from '../../../../src/engine/core/gate/output-names';
import { imagenetTables as tables } from '../../../../src/engine/runtime/datasets/imagenet-class-list';
import { labelMapIds } from '../../../../src/shared/label-map';

const imagenet = tables.classes.list.map(({ id, name }, label) => ({ folder: id, wordNetId: id, name, label }));
const some = [0, 7, 340, 999].map((label) => ({ folder: '', wordNetId: null, name: '', label, ...imagenet[label] }));
const full: LabelledModel = { labelSet: 'imagenet-1k', classes: imagenet, outputs: 1000, outputNames: null };
const subset: LabelledModel = { ...full, classes: some };
const own: LabelledModel = { labelSet: 'own', classes: ['cat', 'dog', 'eel'].map((folder, label) => ({ folder, wordNetId: null, name: folder, label })), outputs: 3, outputNames: null };

const name = (label: number): string => imagenet[label]?.name ?? '';

describe('names of outputs', () => {
  it('are ImageNet\'s, also of classes that a subset does not have', () => {
    expect(outputNames(subset, null, false, tables)).toEqual(imagenet.map((listed) => listed.name));
  });

  it.each(labelMapIds)('of a class that folders name are that class\'s, whatever the map: %s', (id) => {
    for (const model of [subset, { ...subset, outputs: 1001 }, { ...own, outputs: 1000 }, { ...own, outputNames: ['eel', 'cat', 'dog'] }]) {
      const outputs = labelMap(id, model, tables)?.outputs;
      const names = outputNames(model, id, false, tables);
      expect(names).toHaveLength(model.outputs);
      for (const listed of model.classes) {
        const output = outputs?.[listed.label] ?? -1;
        if (output >= 0) expect(names[output]).toBe(listed.name);
      }
    }
  });

  it('have a background class in front where there are 1,001', () => {
    for (const fromFile of [false, true]) {
      const names = outputNames({ ...subset, outputs: 1001 }, 'plus-one', fromFile, tables);
      expect([names[0], names[1], names[1000]]).toEqual([null, name(0), name(999)]);
    }
  });

  it('stay in their places when the map mends labels that were read wrongly out of a file', () => {
    for (const id of ['minus-one', 'devkit-to-sorted-from-1', 'sorted-to-devkit', 'names-to-sorted'] as const) expect(outputNames(full, id, true, tables)).toEqual(imagenet.map((listed) => listed.name));
    // By folders the same map says that the outputs are in the development kit's order.
    const names = outputNames(full, 'sorted-to-devkit', false, tables);
    expect(names.slice(0, 3)).toEqual(tables.devkitOrder.slice(0, 3).map((id) => name(tables.classes.labelOf(id))));
    // English order is the outputs' own, by whichever way the labels came.
    expect(outputNames(full, 'sorted-to-names', true, tables)[0]).toBe([...imagenet].map((listed) => listed.name).sort()[0]);
  });

  it('of one output per class folder are those folders\'', () => {
    expect(outputNames({ ...subset, outputs: 4 }, 'by-position', false, tables)).toEqual([0, 7, 340, 999].map(name));
  });

  it('of a data set with its own classes are its own, the model\'s beyond them, and none where nobody says one', () => {
    expect(outputNames(own, null, false, tables)).toEqual(['cat', 'dog', 'eel']);
    expect(outputNames({ ...own, outputs: 4, outputNames: ['a', 'b', 'c', 'fish'] }, 'as-listed', false, tables)).toEqual(['cat', 'dog', 'eel', 'fish']);
    expect(outputNames({ ...own, outputs: 4, outputNames: ['fish', 'eel', 'dog', 'cat'] }, 'by-model-classes', false, tables)).toEqual(['fish', 'eel', 'dog', 'cat']);
    expect(outputNames({ ...own, outputs: 5 }, null, false, tables)).toEqual(['cat', 'dog', 'eel', null, null]);
  });

  it('by English names reach all of ImageNet\'s', () => {
    const classes = [3, 5].map((label, place) => ({ folder: name(label).toUpperCase(), wordNetId: null, name: 'x', label: place }));
    const names = outputNames({ ...own, classes, outputs: 1000 }, 'by-class-name', false, tables);
    expect([names[3], names[4], names[5]]).toEqual(['x', name(4), 'x']);
  });
});

it('names in a model\'s file count when there is one for each output', () => {
  expect(statedNames({ 'bitlog2.classes': '["a","b"]' }, 2)).toEqual(['a', 'b']);
  for (const text of ['["a"]', '[1,2]', '{}', '[']) expect(statedNames({ 'bitlog2.classes': text }, 2)).toBeNull();
  expect(statedNames({}, 2)).toBeNull();
});
