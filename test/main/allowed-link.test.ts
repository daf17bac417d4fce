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

test('no scheme, user, port, look-alike, case or blank makes a way around the list', () => {
  const scheme = fc.constantFrom('https:', 'HTTPS:', 'hTTps:', 'http:', 'javascript:', 'data:', 'file:', 'smb:', 'ftp:', 'ms-settings:', 'ms-msdt:', 'search-ms:', 'vscode:', 'mailto:', 'blob:https:', 'view-source:https:', 'app:', '');
  const slashes = fc.constantFrom('//', '/', '', '\\\\', '/\\', '///', '////');
  const user = fc.constantFrom('', '', '', 'me@', 'me:secret@', 'arxiv.org@', 'arxiv.org%40', '@', ':@');
  const host = fc.constantFrom('arxiv.org', 'ARXIV.ORG', 'arxiv.org.', 'arxiv.org.example.com', 'example.com', 'arxiv.org%00.example.com', 'аrxiv.org', 'arxiv。org', '127.0.0.1', '[::1]', 'localhost', 'server\\share', 'huggingface.co');
  const port = fc.constantFrom('', '', '', ':443', ':444', ':0', ':');
  const tail = fc.constantFrom('', '/', '/a?b#c', '\\@example.com', '#@example.com', '?@example.com', '/..//example.com');
  const blank = fc.constantFrom('', '', ' ', '\t', '\n', '\u00a0', '\u0000');
  const hosts = ['arxiv.org', 'huggingface.co'];
  let through = 0;
  fc.assert(
    fc.property(blank, scheme, slashes, user, host, port, tail, blank, (...parts) => {
      const link = allowedLink(parts.join(''));
      if (link === undefined) return;
      through++;
      // As a browser reads it, and as a plain reader of text does.
      expect(link).toMatch(/^https:\/\/[a-z.-]+\//);
      expect(hosts).toContain(/^https:\/\/([^/]+)\//.exec(link)?.[1]);
      expect(new URL(link)).toMatchObject({ protocol: 'https:', username: '', password: '', port: '' });
    }),
    { numRuns: 5000 },
  );
  expect(through).toBeGreaterThan(0);
});
