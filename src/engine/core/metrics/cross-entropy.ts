/** -log softmax(logits)[label] in nats, in double with the maximum taken out. Throws RangeError for a label outside. */
export function crossEntropy(logits: Float32Array, label: number): number {
  if (!(label >= 0 && label < logits.length)) throw new RangeError(`label ${label} of ${logits.length} classes`);
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - most);
  return Math.log(sum) + most - logits[label];
}
