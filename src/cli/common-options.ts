/** Options that most commands have, in the same words everywhere. */
import { Option } from 'commander';
import { parsePositive } from './arguments';

export function workspaceOption(): Option {
  return new Option('--workspace <file>', 'workspace file (default: the one of the window)');
}

export function workersOption(): Option {
  return new Option('--workers <n>', 'worker threads (default: the cores)').argParser(parsePositive);
}

export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document').default(false);
}
