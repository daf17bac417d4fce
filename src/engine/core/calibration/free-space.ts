/** Which parts of a scratch file are in use: the first gap that is large enough is taken, so the file grows only when it must. Pure. */
export class FreeSpace {
  /** Gaps in ascending order, never touching one another. */
  private readonly gaps: { offset: number; bytes: number }[] = [];
  private used = 0;

  /** Where the last part ends that was ever in use. */
  get end(): number {
    return this.used;
  }

  /** Takes a part and gives its offset. */
  take(bytes: number): number {
    const index = this.gaps.findIndex((gap) => gap.bytes >= bytes);
    const gap = this.gaps[index];
    if (gap === undefined) {
      this.used += bytes;
      return this.used - bytes;
    }
    const { offset } = gap;
    gap.offset += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) this.gaps.splice(index, 1);
    return offset;
  }

  /** Gives a part back; it must have been taken. */
  give(offset: number, bytes: number): void {
    const next = this.gaps.findIndex((gap) => gap.offset > offset);
    const index = next < 0 ? this.gaps.length : next;
    this.gaps.splice(index, 0, { offset, bytes });
    this.join(index);
    this.join(index - 1);
  }

  /** Joins a gap with the one behind it where they touch. */
  private join(index: number): void {
    const gap = this.gaps[index];
    const behind = this.gaps[index + 1];
    if (gap === undefined || behind === undefined || gap.offset + gap.bytes !== behind.offset) return;
    gap.bytes += behind.bytes;
    this.gaps.splice(index + 1, 1);
  }
}
