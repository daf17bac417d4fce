/** Sites that the program has a reason to point at: papers, model weights, licences, its parts. */
const hosts = new Set(['arxiv.org', 'doi.org', 'github.com', 'huggingface.co', 'image-net.org', 'www.image-net.org', 'onnxruntime.ai', 'opensource.org', 'www.apache.org', 'www.electronjs.org']);

/** The address in its normal form if it may be opened in the browser, else undefined. */
export function allowedLink(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '' && url.port === '';
  return plain && hosts.has(url.hostname) ? url.href : undefined;
}
