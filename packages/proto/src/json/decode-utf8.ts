// Bytes to text, strictly: two decoders that repair bad input differently are two different documents.

// Without `stream` a decoder keeps nothing from one text to the next.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of well-formed UTF-8 without a byte order mark; undefined for anything else (RFC 8259 section 8.1). */
export function decodeUtf8Strict(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // overlong forms, surrogates, truncated sequences and stray bytes
  }
}
