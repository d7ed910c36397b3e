/** Bytes as the protocol's signatures see them. */

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/**
 * The bytes that a signature or an authentication tag covers: a label of its own for each purpose, so that what was
 * signed for one can never serve another, then every field behind its length, so that no two lists give the same bytes.
 */
export function transcript(label: string, ...fields: Uint8Array[]): Uint8Array {
  const pieces = [utf8(label), ...fields].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return Buffer.concat(pieces);
}
