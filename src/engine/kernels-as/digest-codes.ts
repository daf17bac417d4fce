/** The twin of src/engine/core/kernels/digest-codes.ts: 16 lanes of FNV-1a over 32-bit words, so that the products need not wait for one another. */
const BASIS: u32 = 0x811c9dc5;
const PRIME: u32 = 0x01000193;
/** In memory: see map-plan.ts. */
const PRIMES = memory.data<u32>([PRIME, PRIME, PRIME, PRIME], 16);

/** @param lanes 64 bytes */
export function startDigest(lanes: usize, seed: u32): void {
  for (let lane: u32 = 0; lane < 16; lane++) store<u32>(lanes + (lane << 2), (seed ^ BASIS) + lane);
}

/** Takes n codes in, a multiple of 64. */
export function continueDigest(lanes: usize, codes: usize, n: usize): void {
  const prime = v128.load(PRIMES);
  let a = v128.load(lanes);
  let b = v128.load(lanes, 16);
  let c = v128.load(lanes, 32);
  let d = v128.load(lanes, 48);
  for (const end = codes + n; codes < end; codes += 64) {
    a = i32x4.mul(v128.xor(a, v128.load(codes)), prime);
    b = i32x4.mul(v128.xor(b, v128.load(codes, 16)), prime);
    c = i32x4.mul(v128.xor(c, v128.load(codes, 32)), prime);
    d = i32x4.mul(v128.xor(d, v128.load(codes, 48)), prime);
  }
  v128.store(lanes, a);
  v128.store(lanes, b, 16);
  v128.store(lanes, c, 32);
  v128.store(lanes, d, 48);
}

/** Takes the last codes in, fewer than 64, the last word filled with zeros, and joins the lanes. */
export function finishDigest(lanes: usize, codes: usize, n: usize): u32 {
  const words = (n + 3) >> 2;
  memory.fill(codes + n, 0, (words << 2) - n);
  for (let word: usize = 0; word < words; word++) {
    const lane = lanes + (word << 2);
    store<u32>(lane, (load<u32>(lane) ^ load<u32>(codes + (word << 2))) * PRIME);
  }
  let digest = BASIS;
  for (let lane: usize = 0; lane < 16; lane++) digest = (digest ^ load<u32>(lanes + (lane << 2))) * PRIME;
  return digest;
}
