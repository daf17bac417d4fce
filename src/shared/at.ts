/** The element at `index`. For places where the index is known to be inside: a miss is a bug and throws RangeError. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`index ${index} of ${items.length}`);
  return item;
}
