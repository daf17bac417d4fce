/** How a Linux desktop learns of the program: its menu entry, and the type of a workspace file. */
import { identity } from './identity.mjs';

/**
 * The menu entry (freedesktop.org's Desktop Entry). `%f`: the file that was opened, if any.
 *
 * @param {string} program absolute path of the program
 */
export function desktopEntry(program) {
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${identity.productName}`,
    `GenericName=${identity.summary}`,
    `GenericName[ko]=${identity.summaryKo}`,
    `Comment=${identity.description}`,
    `Exec=${/\s/.test(program) ? `"${program}"` : program} %f`,
    `Icon=${identity.executable}`,
    'Terminal=false',
    'StartupNotify=true',
    `StartupWMClass=${identity.executable}`,
    `MimeType=${identity.workspace.mimeType};`,
    'Categories=Science;ArtificialIntelligence;DataVisualization;',
    `Keywords=${identity.keywords.join(';')};`,
    '',
  ].join('\n');
}

const escapeXml = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The type of a workspace file (freedesktop.org's shared MIME database). */
export function mimePackage() {
  const { extension, mimeType, name, nameKo } = identity.workspace;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">',
    `  <mime-type type="${escapeXml(mimeType)}">`,
    `    <comment>${escapeXml(name)}</comment>`,
    `    <comment xml:lang="ko">${escapeXml(nameKo)}</comment>`,
    `    <glob pattern="*.${escapeXml(extension)}"/>`,
    `    <icon name="${escapeXml(identity.executable)}"/>`,
    '  </mime-type>',
    '</mime-info>',
    '',
  ].join('\n');
}
