/** How far logits are from others: KL of the class distributions that they stand for. */

/** KL(softmax(p) || softmax(q)) in nats, in double with the maxima taken out; logits [classes] of one image. Never below 0. */
export function logitDivergence(p: Float32Array, q: Float32Array): number {
  if (p.length !== q.length) throw new Error(`${q.length} logits against ${p.length}`);
  const pNorm = logNorm(p);
  const qNorm = logNorm(q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i] - pNorm;
    sum += Math.exp(logP) * (logP - (q[i] - qNorm));
  }
  // Rounding alone can bring equal distributions below zero.
  return Math.max(0, sum);
}

function logNorm(logits: Float32Array): number {
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i] - most);
  return Math.log(sum) + most;
}
