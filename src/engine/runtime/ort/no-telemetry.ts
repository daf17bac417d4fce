/**
 * ONNX Runtime 1.30 reports on Linux and macOS what it is used for: it gives the machine a number, collects events in a database under the person's cache
 * folder, and sends them to its makers. Nothing leaves this machine that nobody asked for, so it is told not to, before the first session is made.
 *
 * Native code reads the environment of the process, which only the main thread can change: every main thread that makes sessions, or whose workers do,
 * imports this before. Main also starts the engine's processes with it (main/fork-engine.ts).
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
