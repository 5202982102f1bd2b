// What a preview found, for people.
import type { ChangePreview } from './preview-types.ts';

export function PreviewDetails(_props: { readonly preview: ChangePreview }) {
  return null;
}
