/** Words about a data set: how it was read, how its labels are chosen, and its terms. */
export const datasetEn = {
  texts: {
    title: 'How {name} was read',
    description: 'What was seen in {root}, and a few of its pictures under the names that this gives them.',
    look: 'Labels and pictures of {name}',
    labelFile: 'Label file',
    asFound: 'as found',
    asFoundNote: 'The label file beside the pictures, else the numbers in ImageNet’s own file names.',
    inside: 'The labels stand in the files themselves.',
    choose: 'Choose…',
    takeFound: 'Take what is found',
    orders: { auto: 'Find out', devkit: 'Development kit', 'sorted-from-0': 'Sorted ids from 0', 'sorted-from-1': 'Sorted ids from 1' },
    fromFolders: 'Each picture’s class is the folder that it lies in: there is nothing to choose.',
    samples: 'Do the names fit the pictures? If most do not, choose another order or another file.',
    unreadable: 'cannot be read',
    label: 'label {label}',
    sample: '{name}: {file}',
    looking: 'Reading the data set…',
    lookingFiles: 'Reading the data set: 1 picture | Reading the data set: {count} pictures',
    use: 'Use these labels',
    kept: 'Runs on other labels stay as they are, beside those to come.',
    cancelReading: 'Cancel reading',
  },
  terms: {
    labelOrder: {
      name: 'Label order',
      says: 'Which class a number in a label file stands for. ImageNet’s development kit counts its classes in an order of its own, almost everything else by sorted WordNet id; mistaken for one another they give 0.1 % top-1.',
      formula: 'label = position of the WordNet id among the 1,000 sorted ids',
    },
  },
};
