/** Which files were tried: by the hash of their bytes, so that a file that changed is tried again. */
import { readFileSync } from 'node:fs';
import { readTriedModels, type TriedModels } from '../../../shared/model-trial';
import { writeWhole } from '../write-whole';

/** Hashes kept; the oldest goes first. */
const most = 500;

export class TrustedModels {
  private readonly hashes: Set<string>;

  /** `program` says which program tried them: another version of it, or of ONNX Runtime, tries again. */
  constructor(private readonly file: string, private readonly program: string) {
    this.hashes = new Set(read(file, program));
  }

  has(hash: string): boolean {
    return this.hashes.has(hash);
  }

  /** Where the list cannot be written the model is tried again next time: slower, and as safe. */
  add(hash: string): void {
    this.hashes.add(hash);
    const list: TriedModels = { program: this.program, hashes: [...new Set([...read(this.file, this.program), ...this.hashes])].slice(-most) };
    try {
      writeWhole(this.file, JSON.stringify(list));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
}

function read(file: string, program: string): readonly string[] {
  try {
    const list = readTriedModels(readFileSync(file, 'utf8'));
    return list?.program === program ? list.hashes : [];
  } catch {
    // No list yet: every model is tried.
    return [];
  }
}
