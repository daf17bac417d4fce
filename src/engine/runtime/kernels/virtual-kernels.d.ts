/** The WebAssembly module of src/engine/kernels-as in base64, compiled by tools/lib/kernels-plugin.mjs. */
declare module 'virtual:kernels' {
  const base64: string;
  export default base64;
}
