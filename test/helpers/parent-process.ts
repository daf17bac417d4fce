/** A parent that waits for its child (`PROGRAM parent TASK`), and that child (`PROGRAM --child TASK`), which says who it is and computes, for good or not. */
import { writeFileSync } from 'node:fs';
import { answerOf, endWithParent } from '../../tools/bench/child-process';

interface Task {
  readonly file: string;
  readonly forever: boolean;
}

const [, program = '', role = '', text = ''] = process.argv;
const task = JSON.parse(text) as Task;

if (role === 'parent') {
  void answerOf<string>(program, '--child', task).then((answer) => process.stdout.write(`${answer}\n`));
} else {
  endWithParent();
  writeFileSync(task.file, String(process.pid));
  if (task.forever) setInterval(() => undefined, 1000);
  else process.stdout.write(JSON.stringify('done'));
}
