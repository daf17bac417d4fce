/** Which files were tried: by the hash of their bytes, so that a file that changed is tried again. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readTriedModels, type TriedModels } from '../../../shared/model-trial';

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
    const fresh = `${this.file}.${process.pid}.new`;
    try {
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileSync(fresh, JSON.stringify(list));
      renameSync(fresh, this.file);
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
