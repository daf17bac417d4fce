/** Names of models; equal names (a file that changed, a twin elsewhere) gain the beginning of their hash. */
export function modelTitles(models: readonly { readonly id: string; readonly name: string; readonly hash: string }[]): Map<string, string> {
  return new Map(models.map((model) => {
    const alone = models.every((other) => other.id === model.id || other.name !== model.name);
    return [model.id, alone ? model.name : `${model.name} ${model.hash.slice(0, 6)}`];
  }));
}
