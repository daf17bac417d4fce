/** What is there of a file that is not whole yet: its bytes, and beside them whose they are. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { partNotesOf, type PartNotes } from '../../../shared/known-models';

export class PartFile {
  readonly path: string;
  private readonly notesPath: string;

  constructor(target: string) {
    this.path = `${target}.part`;
    this.notesPath = `${this.path}.json`;
  }

  /** Bytes there, 0 when there are none. */
  get bytes(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Whose they are; null when nobody wrote that down, or for another address. */
  notes(url: string): PartNotes | null {
    if (!existsSync(this.notesPath) || this.bytes === 0) return null;
    try {
      const notes = partNotesOf(JSON.parse(readFileSync(this.notesPath, 'utf8')));
      return notes !== null && notes.url === url && this.bytes <= notes.total ? notes : null;
    } catch {
      // A crash while it was written: what is there belongs to nobody.
      return null;
    }
  }

  /** The digest so far, to be gone on with. */
  async digest(): Promise<Hash> {
    const hash = createHash('sha256');
    if (this.bytes > 0) for await (const chunk of createReadStream(this.path)) hash.update(bytesOf(chunk));
    return hash;
  }

  write(notes: PartNotes): void {
    writeFileSync(this.notesPath, JSON.stringify(notes));
  }

  removeNotes(): void {
    rmSync(this.notesPath, { force: true });
  }

  remove(): void {
    rmSync(this.path, { force: true });
    this.removeNotes();
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('a file gives bytes');
}
