/** How well a predicted label map matches a reference, for one label (docs/method.md, section 9). */
export interface LabelScores {
  label: number;
  dice: number; // 0 to 1; 1 where both maps lack the label
  hausdorff: number | null; // mm; null where one of the two maps lacks the label, 0 where both do
  hausdorff95: number | null; // mm, as above
  assd: number | null; // mm, average symmetric surface distance, as above
  predictedVolume: number; // mm3
  referenceVolume: number; // mm3
}
