import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedLink } from '../../src/main/allowed-link';

test('opens papers and model pages', () => {
  expect(allowedLink('https://arxiv.org/abs/2212.08254')).toBe('https://arxiv.org/abs/2212.08254');
  expect(allowedLink('HTTPS://GitHub.com/a/../b')).toBe('https://github.com/b');
});

test.each([
  'http://arxiv.org/',
  'https://arxiv.org:8443/',
  'https://me@arxiv.org/',
  'https://me:secret@arxiv.org/',
  'https://arxiv.org.example.com/',
  'https://example.com/?arxiv.org',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'smb://arxiv.org/share',
  'ms-settings:privacy',
  '\\\\arxiv.org\\share',
  'arxiv.org',
  '',
])('refuses %s', (address) => {
  expect(allowedLink(address)).toBeUndefined();
});

test('whatever is let through is plain https to a host of the list', () => {
  const wild = fc.oneof(fc.webUrl(), fc.string(), fc.tuple(fc.constantFrom('https://', 'https:', 'HTTPS://\t', 'file://'), fc.constantFrom('arxiv.org', 'arxiv.org@x.y', 'x.y#arxiv.org', 'github.com\\@x.y'), fc.string()).map((parts) => parts.join('')));
  fc.assert(
    fc.property(wild, (address) => {
      const link = allowedLink(address);
      if (link === undefined) return true;
      const { protocol, host, username } = new URL(link);
      return protocol === 'https:' && username === '' && /^(arxiv\.org|github\.com|huggingface\.co|doi\.org|(www\.)?image-net\.org|onnxruntime\.ai|opensource\.org|www\.apache\.org|www\.electronjs\.org)$/.test(host);
    }),
  );
});
