/**
 * RGB rows to [3, height, width] float32 through a table of the 256 values of each channel, [3, 256]: src/engine/core/images/normalise.ts.
 */
export function normaliseRgb(source: usize, stride: usize, width: i32, height: i32, table: usize, target: usize): void {
  const plane = <usize>(width * height) << 2;
  for (let row = 0; row < height; row++) {
    let at = source;
    for (let x = 0; x < width; x++) {
      store<f32>(target, load<f32>(table + (<usize>load<u8>(at) << 2)));
      store<f32>(target + plane, load<f32>(table + (<usize>load<u8>(at, 1) << 2), 1024));
      store<f32>(target + 2 * plane, load<f32>(table + (<usize>load<u8>(at, 2) << 2), 2048));
      at += 3;
      target += 4;
    }
    source += stride;
  }
}
