/**
 * Whether a DICOM file breaks off inside its pixels, which GDCM passes over and fills up. Looks for the Pixel Data
 * element (7FE0,0010) and its length (DICOM PS3.5 sections 7.1 and A.4).
 */

const DELIMITER = Buffer.from([0xfe, 0xff, 0xdd, 0xe0]); // ends a sequence of compressed fragments
const UNDEFINED_LENGTH = 0xffffffff;

/**
 * `pixelBytes`: length of the pixels when not compressed. A file whose pixels are not found passes: ITK will judge it.
 */
export function endsEarly(bytes: Buffer, pixelBytes: number): boolean {
  return [true, false].some((little) => {
    const tag = Buffer.from(little ? [0xe0, 0x7f, 0x10, 0x00] : [0x7f, 0xe0, 0x00, 0x10]);
    const read = (offset: number) => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
    for (let at = bytes.indexOf(tag); at >= 0 && at + 12 <= bytes.length; at = bytes.indexOf(tag, at + 4)) {
      const explicit = /^O[BW]$/.test(bytes.toString('latin1', at + 4, at + 6));
      const start = at + (explicit ? 12 : 8);
      const length = read(start - 4);
      if (length === UNDEFINED_LENGTH) return bytes.indexOf(DELIMITER, start) < 0;
      if (length === pixelBytes || length === pixelBytes + 1) return start + length > bytes.length;
    }
    return false;
  });
}
