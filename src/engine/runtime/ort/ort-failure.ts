/** ONNX Runtime's error messages as failures that name node and operator. */
import { fail, type EngineError } from '../../../shared/failure';

interface Reading {
  readonly pattern: RegExp;
  /** From the groups `node`, `op` and `detail`. */
  readonly what: (groups: Readonly<Record<string, string | undefined>>) => string;
  readonly expected?: string;
}

/** First match wins. */
const readings: readonly Reading[] = [
  {
    pattern: /In Node, \("(?<node>[^"]*)", (?<op>\w+),.*Error No Op registered for \w+ with domain_version of (?<detail>\d+)/s,
    what: ({ op, detail }) => `The model needs the operator ${op}, which ONNX opset ${detail} does not have`, expected: 'operators of standard ONNX',
  },
  {
    pattern: /(?<op>[\w.:]+)\(-?\d+\) is not a registered function\/op/,
    what: ({ op }) => `The model needs the operator ${op}, which ONNX Runtime does not have`, expected: 'operators of standard ONNX',
  },
  {
    pattern: /Could not find an implementation for (?<op>\w+)\(\d+\) node with name '(?<node>[^']*)'/,
    what: ({ op }) => `ONNX Runtime cannot run the operator ${op} on this data type`, expected: 'float32 operators of standard ONNX',
  },
  {
    pattern: /Opset (?<detail>\d+) is under development.*till opset (?<node>\d+)/s,
    what: ({ detail, node }) => `The model was exported with ONNX opset ${detail}; opset ${node} is the newest that is supported`,
  },
  { pattern: /In Node, \("(?<node>[^"]*)", (?<op>\w+),.*?, Error (?<detail>.*)$/s, what: ({ detail }) => `The model is not valid: ${detail}` },
  { pattern: /Node \((?<node>[^)]*)\) Op \((?<op>\w+)\) (?:\[\w+\] )?(?<detail>.*)$/s, what: ({ detail }) => `The shapes in the model do not fit together: ${detail}`, expected: 'shapes that fit, at the image size the model was exported for' },
  { pattern: /operator \((?<op>\w+)\) in node \((?<node>[^)]*)\)/, what: ({ op }) => `The operator ${op} gets data of a type that it does not take` },
  { pattern: /Optype \((?<op>\w+)\).*in node \((?<node>[^)]*)\)/s, what: ({ op }) => `The operator ${op} gets data of different types` },
  { pattern: /Node input '(?<node>[^']*)' is not a graph input/, what: ({ node }) => `A node reads ${node}, which nothing in the model writes` },
  { pattern: /while running (?<op>\w+) node\. Name:'(?<node>[^']*)' Status Message: (?<detail>.*)$/s, what: ({ detail }) => `The model stops while running: ${detail}` },
];

/** A failure of kind model-unsupported from whatever ONNX Runtime threw. */
export function ortFailure(error: unknown): EngineError {
  const message = withoutSourcePath(error instanceof Error ? error.message : String(error));
  const next = 'Export the model again in float32 with opset_version=17; inspect it with Netron if that does not help';
  for (const { pattern, what, expected } of readings) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    const { op, node } = groups;
    const place = op === undefined ? undefined : `${op} ${node ?? ''}`.trim();
    return fail('model-unsupported', what(groups).trim(), { ...(place === undefined ? {} : { place }), ...(expected === undefined ? {} : { expected }), next });
  }
  return fail('model-unsupported', 'ONNX Runtime cannot load the model', { place: message, next });
}

/** Messages may name a place and a condition in ONNX Runtime's own source, which help nobody. */
function withoutSourcePath(message: string): string {
  return message.replace(/\S*\/onnxruntime_src\/\S+ .*? was false\. /s, '').replace(/\S*\/onnxruntime_src\/\S+ .*?\) (?=[A-Z])/s, '').trim();
}
