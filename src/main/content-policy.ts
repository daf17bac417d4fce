/**
 * The Content-Security-Policy of the page.
 *
 * `<style>` elements need the nonce (some of Reka UI's parts render one). There is no `require-trusted-types-for`:
 * ECharts measures text through innerHTML and stops under it.
 */
export function contentPolicy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    // The page starts no threads of its own.
    "worker-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
