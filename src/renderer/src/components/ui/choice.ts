/** One entry of a menu of which one is chosen. */
export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly note?: string;
  readonly disabled?: boolean;
  /** Of the label, where it is not the window's language. */
  readonly lang?: string;
}
