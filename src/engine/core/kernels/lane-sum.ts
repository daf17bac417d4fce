const LANES = 8;
const STREAMS = 4;
const RUN = 16;

/**
 * Sum in float32 in the order in which torch sums a short contiguous vector on a machine with 256-bit registers: eight
 * lanes in four independent streams, each in runs of 16 that are added up afterwards; then the rest, then the lanes.
 * Scale reparameterisation divides by this sum, and an ulp of it can move an activation across a rounding boundary.
 */
export function laneSum(x: Float32Array): number {
  const rows = Math.floor(x.length / LANES);
  const rowsPerStream = Math.floor(rows / STREAMS);
  const runs = Math.floor(rowsPerStream / RUN) * RUN;
  let total = 0;
  for (let i = rows * LANES; i < x.length; i++) total = Math.fround(total + x[i]);
  for (let lane = 0; lane < LANES; lane++) {
    const at = (row: number): number => x[row * LANES + lane];
    let laneTotal = 0;
    for (let stream = 0; stream < STREAMS; stream++) {
      let finished = 0;
      let run = 0;
      for (let i = 0; i < rowsPerStream; i++) {
        run = Math.fround(run + at(i * STREAMS + stream));
        if (i % RUN === RUN - 1 && i < runs) {
          finished = Math.fround(finished + run);
          run = 0;
        }
      }
      let streamTotal = Math.fround(run + finished);
      if (stream === 0) {
        for (let row = rowsPerStream * STREAMS; row < rows; row++) streamTotal = Math.fround(streamTotal + at(row));
      }
      laneTotal = Math.fround(laneTotal + streamTotal);
    }
    total = Math.fround(total + laneTotal);
  }
  return total;
}
