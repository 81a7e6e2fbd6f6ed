const OID = { integer: 23, bigint: 20 } as const;
const HEAD_BYTES = 20;

/**
 * Numbers as a parameter in PostgreSQL's binary format of arrays (array_recv): to write and to read it takes a tenth of
 * the time of the text. Whole numbers from 0 to 2^31 - 1, for bigint to 2^53.
 */
export function numbersAsArray(type: keyof typeof OID, parts: readonly (readonly number[])[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const width = type === "bigint" ? 8 : 4;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + length * (4 + width));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Dimensions, no nulls, type; elements, index of the first.
  [1, 0, OID[type], length, 1].forEach((value, index) => view.setInt32(index * 4, value));
  let at = HEAD_BYTES;
  for (const part of parts) {
    for (const value of part) {
      view.setInt32(at, width);
      if (width === 8) view.setInt32(at + 4, Math.floor(value / 2 ** 32));
      view.setUint32(at + width, value >>> 0);
      at += 4 + width;
    }
  }
  return bytes;
}
