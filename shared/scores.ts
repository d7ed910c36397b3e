/** How well a predicted label map matches a reference, for one label (docs/method.md, section 9). */
export interface LabelScores {
  label: number;
  dice: number | null; // 0 to 1; null where both maps lack the label: correctly empty, nothing to overlap
  hausdorff: number | null; // mm; null where a map lacks the label
  hausdorff95: number | null; // mm, as above
  assd: number | null; // mm, average symmetric surface distance, as above
  predictedVolume: number; // mm3
  referenceVolume: number; // mm3
}
