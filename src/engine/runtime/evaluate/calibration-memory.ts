/** How much of a calibration stays in memory. Pure: whoever estimates and whoever calibrates must agree. */

export interface CalibrationMemory {
  /** Images, whole batches of them. */
  readonly images: number;
  readonly bytes: number;
}

/** As many images as the reference calibrates on, unless they are very large. What is beyond goes to a temporary file. */
export const calibrationMemory: CalibrationMemory = { images: 32, bytes: 1e9 };

/** Batches whose tensors stay in memory. `blockBytes` are those of one batch. */
export function residentBatches({ images, bytes }: CalibrationMemory, batch: number, blockBytes: number): number {
  return Math.min(Math.ceil(images / batch), Math.floor(bytes / blockBytes));
}

/** What one calibration of `images` images takes: memory, with the block through which those in the file go, and file. */
export function calibrationBytes(images: number, batch: number, blockBytes: number, memory = calibrationMemory): { readonly memory: number; readonly file: number } {
  const batches = Math.ceil(images / batch);
  const resident = residentBatches(memory, batch, blockBytes);
  return { memory: Math.min(batches, resident + 1) * blockBytes, file: Math.max(0, batches - resident) * blockBytes };
}
