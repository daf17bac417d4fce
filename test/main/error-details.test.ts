/** What *Copy details* puts on the clipboard. */
import { expect, it } from 'vitest';
import { errorDetails } from '../../src/main/error-details';
import { describeFailure, fail } from '../../src/shared/failure';

const around = { home: '/home/kim', user: 'kim', version: '0.1.0', electron: '45.4.1', chrome: '140', node: '24', system: 'linux 6.1 x64' };

it('has the whole failure and the versions it happened with', () => {
  const { failure } = fail('workspace-locked', 'The workspace is in use by process 12', { file: '/data/w.bitlog2', expected: 'one process at a time', next: 'Close it there' });
  expect(errorDetails(`${describeFailure(failure)}\n\n`, around)).toBe(`The workspace is in use by process 12
  file:     /data/w.bitlog2
  expected: one process at a time
  next:     Close it there

BitLog2 Workbench 0.1.0 · Electron 45.4.1 · Chrome 140 · Node 24 · linux 6.1 x64
`);
});

it('says nothing of whose machine it is', () => {
  const details = errorDetails('No such file: /home/kim/models/vit.onnx', around);
  expect(details).not.toContain('kim');
  expect(details).toContain('models/vit.onnx');
});
