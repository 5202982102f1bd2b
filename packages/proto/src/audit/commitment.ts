// Erasable persons: a leaf holds H(salt, value) instead of a name or an address. Deleting salt and value from the side
// table erases the person; every hash, root and proof stays as it was.
import { hash } from 'node:crypto';

/** 128 random bits: nobody can find a value by trying all names, and two logs never share a commitment. */
export const SALT_BYTES = 16;

/** SHA-256 over `salt || UTF-8(value)`, in hex. The empty string is a value and has a commitment; null has none. */
export function commitSubject(value: string, salt: Uint8Array): string {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  return hash('sha256', Buffer.concat([salt, Buffer.from(value, 'utf8')]), 'hex');
}

/** True when the commitment opens to this value with this salt. */
export function opensCommitment(commitment: string, value: string, salt: Uint8Array): boolean {
  return salt.length === SALT_BYTES && commitSubject(value, salt) === commitment;
}
