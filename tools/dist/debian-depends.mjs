/** Debian packages that Electron's binary is linked against or opens at run time; after a `|` the name in newer releases. */
export const debianDepends = [
  'libasound2 | libasound2t64',
  'libatk-bridge2.0-0 | libatk-bridge2.0-0t64',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libc6',
  'libcups2 | libcups2t64',
  'libdrm2',
  'libgbm1',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnss3',
  'libstdc++6',
  'libxkbcommon0',
];

/** Nothing stops without them: Korean, and links that open in the browser. */
export const debianRecommends = ['fonts-noto-cjk', 'xdg-utils'];
