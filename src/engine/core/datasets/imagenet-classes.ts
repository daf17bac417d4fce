/** The 1,000 classes of ImageNet-1k; a class's position in the list is its label. */
export interface ImagenetClass {
  /** WordNet id, also the name of the class folder. */
  readonly id: string;
  readonly name: string;
}

export class ImagenetClasses {
  private readonly labels: ReadonlyMap<string, number>;

  constructor(readonly list: readonly ImagenetClass[]) {
    this.labels = new Map(list.map(({ id }, label) => [id, label]));
    if (this.labels.size !== list.length) throw new Error('a WordNet id is listed twice');
  }

  /** Label of a WordNet id, or -1. */
  labelOf(id: string): number {
    return this.labels.get(id) ?? -1;
  }
}
