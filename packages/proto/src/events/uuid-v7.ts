// Event ids: UUIDv7 (RFC 9562, 5.7). Time-ordered, so that tables partition by month on the id itself.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Formats a UUIDv7 from a time and ten random bytes. */
export function uuidV7(unixMs: number, random: Uint8Array): string {
  const time = Math.floor(unixMs).toString(16).padStart(12, '0');
  const hex = (index: number): string => HEX[random[index] ?? 0] ?? '00';
  const version = HEX[((random[0] ?? 0) & 0x0f) | 0x70] ?? '70';
  const variant = HEX[((random[2] ?? 0) & 0x3f) | 0x80] ?? '80';
  const tail = hex(4) + hex(5) + hex(6) + hex(7) + hex(8) + hex(9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${tail}`;
}

/** Time in Unix milliseconds that a UUIDv7 was made at. */
export function uuidV7Time(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
