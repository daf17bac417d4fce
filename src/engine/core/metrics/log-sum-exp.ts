/** log of the sum of exp(values / temperature), in double with the maximum taken out. */
export function logSumExp(values: Float32Array, temperature = 1): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] - most) / temperature);
  return Math.log(sum) + most / temperature;
}
