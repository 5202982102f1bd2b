// Parameters of an address, as Next hands them to a page.
import { notFound } from 'next/navigation';

/** Names of principals and groups are at most this long. */
const MAX_NAME_LENGTH = 512;

/** A path segment as text; a malformed one is an address that does not exist. */
export function segmentText(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    notFound();
  }
  if (text === '' || text.length > MAX_NAME_LENGTH) notFound();
  return text;
}
