/** How a person looks at a volume: the linked crosshair, the window, zoom and pan of each plane, layout and tool. */
import type { OpenedVolume } from '../../shared/api/viewer.ts';
import type { Vector3 } from '../../shared/volume.ts';
import { type Camera, type Convention, STILL } from './frame.ts';
import { axesOf, clampToVolume, type Plane, sliceCount, type VoxelPoint } from './planes.ts';
import { presetsOf, type ValueWindow } from './window-level.ts';

export type Layout = 'all' | 'one' | 'compare';
export type Tool = 'crosshair' | 'scroll' | 'window' | 'zoom' | 'pan' | 'brush' | 'eraser' | 'fill';

export function isDrawingTool(tool: Tool): boolean {
  return tool === 'brush' || tool === 'eraser' || tool === 'fill';
}

/** What a person set once and finds again at the next volume. */
const lastUsed: { layout: Layout; plane: Plane; convention: Convention; smooth: boolean } = {
  layout: 'all',
  plane: 'axial',
  convention: 'radiological',
  smooth: true,
};

export class Reading {
  readonly #volume: OpenedVolume;
  crosshair: VoxelPoint = $state.raw([0, 0, 0]); // always the middle of a voxel
  pointer = $state.raw<VoxelPoint | null>(null); // null while it is outside of every slice
  window = $state.raw<ValueWindow>({ low: 0, high: 1 });
  cameras = $state.raw<Record<Plane, Camera>>({ axial: STILL, coronal: STILL, sagittal: STILL });
  tool = $state<Tool>('crosshair');
  lines = $state(true); // of the crosshair
  #layout = $state<Layout>(lastUsed.layout);
  #plane = $state<Plane>(lastUsed.plane);
  #convention = $state<Convention>(lastUsed.convention);
  #smooth = $state(lastUsed.smooth);

  constructor(volume: OpenedVolume) {
    this.#volume = volume;
    this.crosshair = clampToVolume(volume.grid, volume.grid.size.map((size) => size / 2) as Vector3);
    this.window = presetsOf(volume)[0];
  }

  get layout(): Layout {
    return this.#layout;
  }

  set layout(layout: Layout) {
    this.#layout = layout;
    if (layout !== 'compare') lastUsed.layout = layout;
  }

  /** The plane that is shown largest. */
  get plane(): Plane {
    return this.#plane;
  }

  set plane(plane: Plane) {
    this.#plane = plane;
    lastUsed.plane = plane;
  }

  get convention(): Convention {
    return this.#convention;
  }

  set convention(convention: Convention) {
    this.#convention = convention;
    lastUsed.convention = convention;
  }

  get smooth(): boolean {
    return this.#smooth;
  }

  set smooth(smooth: boolean) {
    this.#smooth = smooth;
    lastUsed.smooth = smooth;
  }

  sliceOf(plane: Plane): number {
    return Math.floor(this.crosshair[axesOf[plane].slice]);
  }

  /** Slices beyond the ends are the ends. */
  goTo(plane: Plane, slice: number): void {
    const axis = axesOf[plane].slice;
    const crosshair: VoxelPoint = [...this.crosshair] as Vector3;
    crosshair[axis] = Math.min(sliceCount(this.#volume.grid, plane) - 1, Math.max(0, Math.round(slice))) + 0.5;
    this.crosshair = crosshair;
  }

  point(at: VoxelPoint): void {
    this.crosshair = clampToVolume(this.#volume.grid, at);
  }

  setCamera(plane: Plane, camera: Camera): void {
    this.cameras = { ...this.cameras, [plane]: camera };
  }

  /** Zoom, pan and window as they were when the volume opened. */
  reset(): void {
    this.cameras = { axial: STILL, coronal: STILL, sagittal: STILL };
    this.window = presetsOf(this.#volume)[0];
  }

  enlarge(plane: Plane): void {
    this.layout = this.layout === 'one' && this.plane === plane ? 'all' : 'one';
    this.plane = plane;
  }
}
