/**
 * Cursors of lists hold a UUID; here it is made of a rank and the numbering that it belongs to, instead of an item's id:
 * so the walk goes on when that item was removed or moved.
 */
export function cursorId(rank: bigint, numbering: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(rank, 0);
  bytes.writeBigInt64BE(BigInt(numbering), 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function readCursorId(id: string): { rank: bigint; numbering: number } {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  return { rank: bytes.readBigInt64BE(0), numbering: Number(bytes.readBigInt64BE(8)) };
}
