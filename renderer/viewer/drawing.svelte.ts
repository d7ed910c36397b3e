/**
 * Drawing on one label map. What a person does stands in a queue: each stroke shows while it is drawn and is on disk
 * before the next one begins; what the pointer does meanwhile is kept and drawn after it.
 */
import type { LabelMapSummary } from '../../shared/api/viewer.ts';
import type { SiteApi } from '../../shared/api.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { Grid, Vector3 } from '../../shared/volume.ts';
import { reportOf } from '../state/report.ts';
import { texts } from '../texts/index.ts';
import { type Brush, brushVoxels } from './brush.ts';
import { indexOf, type Plane, type VoxelPoint } from './planes.ts';
import { regionOf } from './region.ts';
import { applyRuns } from './runs.ts';
import { StrokeRecord } from './stroke.ts';
import type { VoxelStream } from './voxel-stream.svelte.ts';

type Step =
  | { kind: 'stroke'; label: number; brush: Brush; points: VoxelPoint[]; drawn: number; ended: boolean }
  | { kind: 'fill'; label: number; plane: Plane; voxel: Vector3 }
  | { kind: 'undo' | 'redo' };

const SLOW = 400; // ms, after which saving is worth a word

export class Drawing {
  readonly id: string;
  undo = $state(0); // strokes that can be undone
  redo = $state(0);
  isSlow = $state(false);
  error = $state.raw<ErrorReport | null>(null);
  notice = $state(''); // why nothing was drawn, where that is no error
  labels = $state.raw<readonly number[]>([]); // that are or were in it
  strokes = $state(0); // since it was opened; scores are old when this grows
  readonly #api: Pick<SiteApi, 'draw' | 'undo' | 'redo'>;
  readonly #stream: VoxelStream<Uint8Array>;
  readonly #grid: Grid;
  readonly #queue: Step[] = [];
  #record: StrokeRecord | undefined; // of the stroke that is being drawn
  #isSaving = false;
  #saving: Promise<void> | undefined; // the newest work on disk

  constructor(
    api: Pick<SiteApi, 'draw' | 'undo' | 'redo'>,
    summary: LabelMapSummary,
    stream: VoxelStream<Uint8Array>,
    grid: Grid,
  ) {
    this.#api = api;
    this.id = summary.id;
    this.undo = summary.undo;
    this.labels = summary.labels;
    this.redo = summary.redo;
    this.#stream = stream;
    this.#grid = grid;
  }

  /** Something is being drawn or saved. */
  get isBusy(): boolean {
    return this.#isSaving || this.#queue.length > 0;
  }

  /** Resolves when every stroke, undo and redo that ended is on disk. */
  async settled(): Promise<void> {
    while (this.#isSaving) await this.#saving;
  }

  press(label: number, brush: Brush, at: VoxelPoint): void {
    this.#queue.push({ kind: 'stroke', label, brush, points: [at], drawn: 0, ended: false });
    this.#advance();
  }

  move(at: VoxelPoint): void {
    const step = this.#queue.at(-1);
    if (step?.kind !== 'stroke' || step.ended) return;
    step.points.push(at);
    this.#advance();
  }

  release(): void {
    const step = this.#queue.at(-1);
    if (step?.kind !== 'stroke') return;
    step.ended = true;
    this.#advance();
  }

  fill(label: number, plane: Plane, voxel: Vector3): void {
    this.#queue.push({ kind: 'fill', label, plane, voxel });
    this.#advance();
  }

  step(kind: 'undo' | 'redo'): void {
    this.#queue.push({ kind });
    this.#advance();
  }

  /** Does what stands first in the queue, unless the disk is still at work. */
  #advance(): void {
    const step = this.#queue[0];
    if (this.#isSaving || !step) return;
    this.notice = '';
    if (step.kind === 'stroke') {
      this.#paint(step);
      if (!step.ended) return;
    } else if (step.kind === 'fill') this.#fill(step);
    this.#queue.shift();
    if (step.kind === 'undo' || step.kind === 'redo') this.#saving = this.#save(() => this.#step(step.kind));
    else if (this.#record?.count) this.#saving = this.#save(() => this.#draw());
    else {
      this.#record = undefined;
      this.#advance();
    }
  }

  #paint(step: Step & { kind: 'stroke' }): void {
    this.#record ??= new StrokeRecord(this.#stream.voxels, step.label);
    const record = this.#record;
    const before = record.count;
    for (; step.drawn < step.points.length; step.drawn++) {
      const from = step.points[Math.max(0, step.drawn - 1)];
      brushVoxels(this.#grid, step.brush, from, step.points[step.drawn], (index) => record.set(index));
    }
    if (record.count > before) this.#stream.touch();
  }

  #fill({ label, plane, voxel }: Step & { kind: 'fill' }): void {
    const { voxels } = this.#stream;
    const region = regionOf(voxels, this.#grid.size, plane, voxel);
    if (region.touchesEdge && voxels[indexOf(this.#grid.size, voxel)] === 0) {
      this.notice = texts.viewer.draw.openOutline;
      return;
    }
    this.#record = new StrokeRecord(voxels, label);
    for (const index of region.indices) this.#record.set(index);
    this.#stream.touch();
  }

  async #draw(): Promise<void> {
    const record = this.#record!;
    try {
      const { undo, redo } = await this.#api.draw(this.id, { label: record.label, ...record.runs() });
      this.undo = undo;
      this.redo = redo;
      this.strokes++;
      if (!this.labels.includes(record.label)) this.labels = [...this.labels, record.label];
    } catch (error) {
      record.takeBack();
      this.#stream.touch();
      throw error;
    } finally {
      this.#record = undefined;
    }
  }

  async #step(kind: 'undo' | 'redo'): Promise<void> {
    if (this[kind] === 0) return;
    const change = await this.#api[kind](this.id);
    applyRuns(this.#stream.voxels, change, change.labels);
    this.undo = change.undo;
    this.redo = change.redo;
    this.strokes++;
    this.#stream.touch();
  }

  async #save(work: () => Promise<void>): Promise<void> {
    this.#isSaving = true;
    this.error = null;
    const slow = setTimeout(() => {
      this.isSlow = true;
    }, SLOW);
    try {
      await work();
    } catch (error) {
      this.error = reportOf(error);
    } finally {
      clearTimeout(slow);
      this.isSlow = false;
      this.#isSaving = false;
      this.#advance();
    }
  }
}
