/**
 * Inter, which a PDF report embeds: it writes Latin, Greek and Cyrillic, where a PDF's own fonts end at Western Europe.
 */
import { fileURLToPath } from 'node:url';

const fontFile = (weight: string) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${weight}/Inter_${weight}.ttf`));

export const BODY = fontFile('400Regular');
export const BOLD = fontFile('600SemiBold');

/** What PDFKit reads of the font that is set; its types leave it out. */
interface SetFont {
  _font: { font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** One line of what the font that is set can write; a character of another script loses its accents, or becomes "?". */
export function writable(pdf: PDFKit.PDFDocument, text: string): string {
  const { font } = (pdf as unknown as SetFont)._font;
  const has = (word: string) =>
    word !== '' && Array.from(word).every((one) => font.hasGlyphForCodePoint(one.codePointAt(0) ?? 0));
  const line = text.replace(/\s+/g, ' ').normalize('NFC');
  return Array.from(line, (character) => {
    if (has(character)) return character;
    const bare = character.normalize('NFKD').replace(/\p{M}/gu, '');
    return has(bare) ? bare : '?';
  }).join('');
}
