/** Names of data sets, with as much of the folder above as tells equal names apart. */
export function datasetTitles(datasets: readonly { readonly id: string; readonly name: string; readonly root: string }[]): Map<string, string> {
  return new Map(datasets.map((dataset) => {
    const twins = datasets.filter((other) => other.name === dataset.name && other.root !== dataset.root);
    return [dataset.id, twins.length === 0 ? dataset.name : lastFolders(dataset.root, twins.map((twin) => twin.root))];
  }));
}

/** The shortest end of the path that none of the others has. */
function lastFolders(path: string, others: readonly string[]): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  for (let count = 1; count <= parts.length; count++) {
    const end = parts.slice(-count).join('/');
    if (!others.some((other) => other.split(/[\\/]/).filter((part) => part !== '').slice(-count).join('/') === end)) return end;
  }
  return path;
}
