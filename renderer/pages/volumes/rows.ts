/** Volumes as the table shows them: what kind of file they came from, which fit the filter, how columns are ordered. */
import type { LabelState, VolumeSummary } from '../../../shared/api/volumes.ts';
import { voxelCount } from '../../../shared/volume.ts';
import { texts } from '../../texts/index.ts';
import { byNumber, byText, type Column } from '../../ui/table.ts';

export type SourceKind = 'dicom' | 'nifti' | 'nrrd' | 'meta' | 'other';

export const labelStates = ['labelled', 'drafted', 'predicted', 'none'] as const satisfies LabelState[];

export interface VolumeFilter {
  words: string; // each must stand in the name or the source
  state: LabelState | 'all';
  cohort?: CohortFilter; // absent: any
}

/** A cohort by its name, `none` where a volume is in no cohort. */
export type CohortFilter = { name: string } | 'none';

export function sourceKind({ isDicom, source }: Pick<VolumeSummary, 'isDicom' | 'source'>): SourceKind {
  if (isDicom) return 'dicom';
  if (/\.nii(\.gz)?$/i.test(source)) return 'nifti';
  if (/\.(nrrd|nhdr)$/i.test(source)) return 'nrrd';
  if (/\.(mha|mhd)$/i.test(source)) return 'meta';
  return 'other';
}

export function fitting(volumes: VolumeSummary[], { words, state, cohort }: VolumeFilter): VolumeSummary[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return volumes.filter((volume) => {
    if (state !== 'all' && volume.labelState !== state) return false;
    if (cohort === 'none' && volume.cohorts.length > 0) return false;
    if (cohort !== undefined && cohort !== 'none' && !volume.cohorts.includes(cohort.name)) return false;
    const text = `${volume.name}\n${volume.source}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

export function countStates(volumes: VolumeSummary[]): Record<LabelState, number> {
  const counts = { none: 0, predicted: 0, drafted: 0, labelled: 0 };
  for (const { labelState } of volumes) counts[labelState]++;
  return counts;
}

/** The folder that it came from, by its end, which tells files apart: "…/exports/hippocampus/images". */
export function placeWords({ source, isDicom }: Pick<VolumeSummary, 'isDicom' | 'source'>): string {
  const slash = source.includes('\\') ? '\\' : '/';
  const folders = source.split(slash);
  if (folders.length === 1) return source; // made here, from no file
  if (!isDicom) folders.pop();
  return folders.length <= 4 ? folders.join(slash) || slash : ['…', ...folders.slice(-3)].join(slash);
}

/** "35 × 51 × 35" */
export function sizeWords({ size }: VolumeSummary['grid']): string {
  return size.join(' × ');
}

/** "35 × 51 × 35 mm": from the outer edge of the first voxel to that of the last. */
export function extentWords({ size, spacing }: VolumeSummary['grid']): string {
  return `${size.map((count, axis) => Math.round(count * spacing[axis])).join(' × ')} mm`;
}

/** "0.94 × 0.94 × 5": at most three decimals. */
export function spacingWords({ spacing }: VolumeSummary['grid']): string {
  return spacing.map((mm) => Number(mm.toFixed(3))).join(' × ');
}

const words = texts.volumes.columns;
export const columns: Column<VolumeSummary>[] = [
  { key: 'name', title: words.name, compare: byText(({ name }) => name) },
  { key: 'size', title: words.size, width: '10.5rem', compare: byNumber(({ grid }) => voxelCount(grid)) },
  {
    key: 'labels',
    title: words.labels,
    width: '8.5rem',
    compare: byNumber(({ labelState }) => labelStates.indexOf(labelState)),
  },
  { key: 'cohorts', title: words.cohorts, width: '9rem', compare: byText(({ cohorts }) => cohorts.join(', ')) },
  {
    key: 'kind',
    title: words.kind,
    width: '8rem',
    compare: byText((volume) => texts.volumes.kinds[sourceKind(volume)]),
  },
  { key: 'imported', title: words.imported, width: '7.5rem', compare: byText(({ importedAt }) => importedAt) },
];
