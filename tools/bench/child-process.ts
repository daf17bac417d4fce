/** Processes of their own for memory rows: how they are asked, and that none outlives the bench that asked. */
import { spawn } from 'node:child_process';

/** What `program` answers when it is started as a child with `flag` and a task. */
export function answerOf<Answer>(program: string, flag: string, task: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Nothing is written to it: its standard input only tells it that we are there.
    const child = spawn(process.execPath, [program, flag, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => { text += piece; });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`the child process of a memory row ended with ${code}`));
      // Written by this program's other half.
      else resolve(JSON.parse(text) as Answer);
    });
  });
}

/**
 * In a child: ends it at once when its parent is gone. Standard input closes then, however the parent ended; and threads that compute do not
 * matter to a signal. It keeps no process alive that is done.
 */
export function endWithParent(): void {
  process.stdin.resume().once('close', () => process.kill(process.pid, 'SIGKILL'));
  process.stdin.unref();
}
