/**
 * Which output of a model stands for which class of a data set, where it is not the one with the class's own number: what people's label files and
 * models are known to differ by. Left out of a run's settings when the numbers agree.
 */
import * as v from 'valibot';

export const labelMapIds = [
  /** The numbers agree, though the model has more outputs than the data set has classes. */
  'as-listed',
  /** Output = label + 1 (a background class in front, as TensorFlow's 1,001 classes have it), and label - 1. */
  'plus-one', 'minus-one',
  /** The labels are the development kit's numbers, read as places among the sorted WordNet ids (counted from 0, from 1). */
  'devkit-to-sorted', 'devkit-to-sorted-from-1',
  /** The outputs are in the development kit's order, or sorted labels were read as its numbers. */
  'sorted-to-devkit', 'sorted-to-devkit-plus-one',
  /** Classes sorted by their English names instead of their WordNet ids, and the other way round. */
  'names-to-sorted', 'sorted-to-names',
  /** A folder's name is the class's English name, one of the names in the model file, or the number of the output (counted from 0, from 1). */
  'by-class-name', 'by-model-classes', 'by-folder-number', 'by-folder-number-from-1',
  /** The model has one output per class folder of a subset of ImageNet. */
  'by-position',
] as const;
export const labelMapSchema = v.picklist(labelMapIds);
export type LabelMapId = v.InferOutput<typeof labelMapSchema>;
