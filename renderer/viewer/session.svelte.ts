/**
 * A volume that is open in the viewer, with its voxels, the label maps that are shown, and the drawing on one of them.
 */
import type { LabelMapSummary, OpenedVolume, Verdict } from '../../shared/api/viewer.ts';
import type { LabelScores } from '../../shared/scores.ts';
import { api } from '../state/bridge.ts';
import { Drawing } from './drawing.svelte.ts';
import { Labels } from './labels.svelte.ts';
import { isDrawingTool, Reading } from './reading.svelte.ts';
import { VoxelStream } from './voxel-stream.svelte.ts';
import { type Preset, presetsOf } from './window-level.ts';

/** A label map whose voxels are here or on their way. */
export interface ShownMap {
  id: string;
  stream: VoxelStream<Uint8Array>;
  drawing: Drawing | null; // null for what nobody may change
}

export class Session {
  readonly volume: OpenedVolume;
  readonly stream: VoxelStream;
  readonly reading: Reading;
  readonly labels: Labels;
  summaries = $state.raw<LabelMapSummary[]>([]);
  map = $state.raw<ShownMap | null>(null);
  compared = $state.raw<ShownMap | null>(null);
  scores = $state.raw<LabelScores[] | null>(null); // null while they are measured
  brush = $state({ diameter: 0, deep: false }); // mm
  /** A person began to draw on what is no drawing: they are asked whether to start one. */
  asksToDraw = $state(false);
  #isOver = false;
  #asked: { map: string | null; compared: string | null } = { map: null, compared: null };

  constructor(volume: OpenedVolume) {
    this.volume = volume;
    this.reading = new Reading(volume);
    this.labels = new Labels(volume.labelNames);
    this.summaries = volume.maps;
    const { grid, voxels, voxelType } = volume;
    this.stream = new VoxelStream(voxels, grid, voxelType, this.reading.sliceOf('axial'));
    const side = Math.min(...grid.size.map((size, axis) => size * grid.spacing[axis]));
    this.brush.diameter = Math.max(1, Math.round(side / 12));
  }

  summaryOf(map: ShownMap | null): LabelMapSummary | null {
    return this.summaries.find(({ id }) => id === map?.id) ?? null;
  }

  /** What a volume opens with: the drawing that changed last, else the training labels, else the newest prediction. */
  get usualMap(): string | null {
    const newest = (kind: LabelMapSummary['kind']) =>
      this.summaries
        .filter((map) => map.kind === kind)
        .toSorted((a, b) => (a.changedAt < b.changedAt ? 1 : -1))
        .at(0)?.id;
    return newest('drawing') ?? newest('training') ?? newest('prediction') ?? null;
  }

  /** Shows label maps by id; one that does not exist is left out, and shown once a refresh brings it. */
  show(map: string | null, compared: string | null): void {
    this.#asked = { map, compared };
    if (this.map?.id !== (map ?? undefined)) {
      this.map?.stream.close();
      this.map = this.#open(map);
    }
    const other = compared === map ? null : compared;
    if (this.compared?.id !== (other ?? undefined)) {
      this.compared?.stream.close();
      this.compared = this.#open(other);
    }
    if (!this.compared && this.reading.layout === 'compare') this.reading.layout = 'all';
  }

  /** Reads again what label maps there are; a shown one that was changed elsewhere is fetched anew. */
  async refresh(): Promise<void> {
    const before = new Map(this.summaries.map((map) => [map.id, map.changedAt]));
    const opened = await api.openVolume(this.volume.id);
    if (this.#isOver) return;
    this.summaries = opened.maps;
    this.labels.names = opened.labelNames;
    const isStale = (shown: ShownMap | null) => {
      const now = this.summaryOf(shown);
      if (!shown || !now) return false;
      const { drawing } = shown;
      if (!drawing) return now.changedAt !== before.get(shown.id);
      return !drawing.isBusy && (now.undo !== drawing.undo || now.redo !== drawing.redo);
    };
    if (this.map && (isStale(this.map) || !this.summaryOf(this.map))) {
      this.map.stream.close();
      this.map = this.#open(this.map.id);
    }
    if (this.compared && (isStale(this.compared) || !this.summaryOf(this.compared))) {
      this.compared.stream.close();
      this.compared = this.#open(this.compared.id);
    }
    this.show(this.#asked.map, this.#asked.compared);
  }

  get presets(): Preset[] {
    return presetsOf(this.volume);
  }

  resizeBrush(factor: number): void {
    const { least, most } = this.brushSizes;
    this.brush.diameter = Math.min(most, Math.max(least, Number((this.brush.diameter * factor).toPrecision(2))));
  }

  /** Diameters in mm: from one voxel to half of the volume. */
  get brushSizes(): { least: number; most: number } {
    const { size, spacing } = this.volume.grid;
    const longest = Math.max(...size.map((count, axis) => count * spacing[axis]));
    return { least: Number(Math.min(...spacing).toPrecision(2)), most: Math.ceil(longest / 2) };
  }

  /** The drawing to draw on now, or null after asking for one. */
  get canvas(): Drawing | null {
    if (this.map?.drawing) return this.map.stream.isWhole ? this.map.drawing : null;
    this.asksToDraw = true;
    return null;
  }

  /** Starts a drawing from what is shown (or from nothing) and gives its id. */
  async startDrawing(): Promise<string> {
    const { id } = await api.startDrawing(this.volume.id, this.map?.id ?? null);
    await this.refresh();
    if (!isDrawingTool(this.reading.tool)) this.reading.tool = 'brush';
    return id;
  }

  /** Starts a drawing from the shown prediction and says so in its verdict. Gives the drawing's id. */
  async correct(): Promise<string> {
    const prediction = this.map!.id;
    const drawing = await this.startDrawing();
    await api.setVerdict(prediction, 'corrected');
    await this.refresh();
    return drawing;
  }

  /** Resolves when every stroke that ended is on disk. */
  async settled(): Promise<void> {
    await this.map?.drawing?.settled();
  }

  async judge(map: string, verdict: Verdict): Promise<void> {
    await api.setVerdict(map, verdict);
    await this.refresh();
  }

  async removeMap(): Promise<void> {
    await api.removeLabelMap(this.map!.id);
    await this.refresh();
  }

  async nameLabel(label: number, name: string, colour: string): Promise<void> {
    await api.nameLabel(label, name, colour);
    const others = this.labels.names.filter((known) => known.label !== label);
    this.labels.names = [...others, { label, name, colour }].toSorted((a, b) => a.label - b.label);
  }

  /** Measures the shown map against the compared one; training labels are always the reference. */
  async measure(): Promise<void> {
    const [map, compared] = [this.summaryOf(this.map), this.summaryOf(this.compared)];
    if (!map || !compared) return;
    const swap = map.kind === 'training' && compared.kind !== 'training';
    const [prediction, reference] = swap ? [compared, map] : [map, compared];
    const scores = await api.compareLabelMaps(prediction.id, reference.id);
    if (this.map?.id !== map.id || this.compared?.id !== compared.id) return;
    this.scores = swap
      ? scores.map((score) => ({
          ...score,
          predictedVolume: score.referenceVolume,
          referenceVolume: score.predictedVolume,
        }))
      : scores;
  }

  close(): void {
    this.#isOver = true;
    this.stream.close();
    this.map?.stream.close();
    this.compared?.stream.close();
  }

  #open(id: string | null): ShownMap | null {
    const summary = this.summaries.find((map) => map.id === id);
    if (!summary) return null;
    const { grid } = this.volume;
    const first = this.reading.sliceOf('axial');
    const stream = new VoxelStream<Uint8Array>(summary.voxels, grid, 'uint8', first);
    const drawing = summary.kind === 'drawing' ? new Drawing(api, summary, stream, grid) : null;
    return { id: summary.id, stream, drawing };
  }
}
