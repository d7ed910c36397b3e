/**
 * One viewport on the screen: a Cornerstone element with the volume's slice below and label maps as layers above it.
 * Outlines are drawn as lines on the same canvas, after Cornerstone. Every number about the view is the caller's: of
 * Cornerstone's own fitting and layer syncing nothing is used.
 */
import cornerstone, { type Image, type Viewport } from 'cornerstone-core';
import type { Rgba } from './colour-table.ts';
import { type Frame, pixelToCanvas } from './frame.ts';
import { type Outlines, outlinesOf } from './outline.ts';
import { SliceImage } from './slice-loader.ts';
import type { SliceSource } from './slice-source.ts';
import type { ValueWindow } from './window-level.ts';

export interface Overlay {
  source: SliceSource;
  version: number; // counts up when its voxels change
  look: 'fill' | 'outline';
  dashed: boolean; // outlines of the second label map
  opacity: number; // 0 to 1
}

export interface Shown {
  slice: number;
  version: number; // of the volume's voxels, while they arrive
  frame: Frame;
  density: number; // device pixels for each CSS pixel
  window: ValueWindow;
  smooth: boolean; // between voxels
  overlays: Overlay[];
  colours: Rgba[]; // 256
}

interface Layer {
  overlay: Overlay;
  id: string;
  outlines: { slice: number; version: number; lines: Outlines } | undefined;
}

const COLOURS = 'isocenter-labels'; // Cornerstone's registry of colour maps is global
const LABELS = { colormap: COLOURS, labelmap: true, pixelReplication: true };
const LINE = 1.5; // CSS pixels on a usual screen; the window's type grows on large ones, and lines with it
const DASH = [5, 4];

export class SliceView {
  readonly #element: HTMLDivElement;
  readonly #base: SliceImage;
  readonly #images = new Map<SliceSource, SliceImage>(); // of the overlays
  #baseLayer = '';
  #layers: Layer[] = [];
  #wanted: Shown | undefined;
  #applied: Shown | undefined;

  constructor(element: HTMLDivElement, source: SliceSource, values: { least: number; most: number }) {
    this.#element = element;
    this.#base = new SliceImage(source, values);
    cornerstone.enable(element);
    cornerstone.getEnabledElement(element).syncViewports = false;
    element.addEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#drawOutlines);
  }

  /** Draws in the next animation frame; what did not change since the last call is not computed again. */
  async show(next: Shown): Promise<void> {
    this.#wanted = next;
    const images = await Promise.all(
      [this.#base, ...next.overlays.map(({ source }) => this.#imageOf(source))].map((image) =>
        image.at(next.slice, next.window),
      ),
    );
    if (this.#wanted !== next) return; // overtaken, or destroyed
    const canvas = cornerstone.getEnabledElement(this.#element).canvas as HTMLCanvasElement;
    if (canvas.width !== this.#element.clientWidth || canvas.height !== this.#element.clientHeight) {
      cornerstone.resize(this.#element, false);
    }
    this.#showBase(next, images[0]);
    this.#showOverlays(next, images.slice(1));
    this.#applied = next;
    cornerstone.draw(this.#element);
  }

  destroy(): void {
    this.#wanted = undefined;
    this.#element.removeEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#drawOutlines);
    cornerstone.disable(this.#element);
    this.#base.release();
    for (const image of this.#images.values()) image.release();
  }

  #imageOf(source: SliceSource): SliceImage {
    const known = this.#images.get(source);
    if (known) return known;
    const image = new SliceImage(source, { least: 0, most: 255 });
    this.#images.set(source, image);
    return image;
  }

  #showBase(next: Shown, image: Image): void {
    if (!this.#baseLayer) this.#baseLayer = cornerstone.addLayer(this.#element, image, {});
    else cornerstone.displayImage(this.#element, image);
    const layer = cornerstone.getLayer(this.#element, this.#baseLayer);
    const { low, high } = this.#base.isShaded ? { low: 0, high: 255 } : next.window;
    layer.viewport!.voi = { windowWidth: high - low, windowCenter: (low + high) / 2 };
    this.#place(layer.viewport!, next);
    if (this.#applied?.version !== next.version) invalidate(layer);
  }

  #showOverlays(next: Shown, images: Image[]): void {
    const recoloured = this.#applied?.colours !== next.colours;
    if (recoloured) setColours(next.colours);
    const stays = ({ overlay }: Layer, at: number) => next.overlays[at]?.source === overlay.source;
    for (const { id, overlay } of this.#layers.filter((layer, at) => !stays(layer, at))) {
      cornerstone.removeLayer(this.#element, id);
      if (next.overlays.some(({ source }) => source === overlay.source)) continue;
      this.#images.get(overlay.source)?.release();
      this.#images.delete(overlay.source);
    }
    const known = this.#layers.filter(stays);
    this.#layers = next.overlays.map((overlay, at) => {
      const before = known.find((layer) => layer.overlay.source === overlay.source);
      const id = before?.id ?? cornerstone.addLayer(this.#element, images[at], { viewport: LABELS });
      const layer = cornerstone.getLayer(this.#element, id);
      layer.image = images[at];
      layer.options = { ...layer.options, opacity: overlay.opacity, visible: overlay.look === 'fill' };
      this.#place(layer.viewport!, next, true);
      if (recoloured || before?.overlay.version !== overlay.version) invalidate(layer);
      return { overlay, id, outlines: before?.outlines };
    });
  }

  #place(viewport: Viewport, { frame, density, smooth }: Shown, isLabel = false): void {
    viewport.scale = frame.pixelsPerMm * density * Math.min(frame.columnSpacing, frame.rowSpacing);
    viewport.translation = { x: frame.pan.x / frame.columnSpacing, y: frame.pan.y / frame.rowSpacing };
    viewport.hflip = frame.flipColumns;
    viewport.vflip = true;
    viewport.pixelReplication = isLabel || !smooth;
  }

  readonly #drawOutlines = (event: Event): void => {
    const { canvasContext } = (event as CustomEvent<{ canvasContext: CanvasRenderingContext2D }>).detail;
    if (!this.#applied) return;
    for (const layer of this.#layers) {
      if (layer.overlay.look === 'outline' && layer.overlay.opacity > 0) {
        strokeOutlines(canvasContext, this.#outlinesOf(layer, this.#applied.slice), this.#applied, layer.overlay);
      }
    }
  };

  #outlinesOf(layer: Layer, slice: number): Outlines {
    const { source, version } = layer.overlay;
    if (layer.outlines?.slice !== slice || layer.outlines.version !== version) {
      const lines = outlinesOf(source.read(slice) as Uint8Array, source.columns, source.rows);
      layer.outlines = { slice, version, lines };
    }
    return layer.outlines.lines;
  }
}

function invalidate(layer: ReturnType<typeof cornerstone.getLayer>): void {
  layer.invalid = true;
}

function setColours(colours: Rgba[]): void {
  const map = cornerstone.colors.getColormap(COLOURS, { name: COLOURS, colors: [...colours] });
  colours.forEach((colour, label) => {
    map.setColor(label, colour);
  });
}

/** A coloured line on a dark one, so that it shows on bright tissue as well. */
function strokeOutlines(
  context: CanvasRenderingContext2D,
  outlines: Outlines,
  { frame, density, colours }: Shown,
  { dashed, opacity }: Overlay,
): void {
  const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const paler = (channel: number) => (dashed ? (channel + 255) / 2 : channel); // the second map often lies on the first
  context.save();
  context.scale(density, density);
  context.lineCap = dashed ? 'butt' : 'square';
  for (const [label, lines] of outlines) {
    const [red, green, blue, clear] = colours[label];
    if (clear === 0) continue;
    const path = new Path2D();
    for (let at = 0; at < lines.length; at += 4) {
      const from = pixelToCanvas(frame, { x: lines[at], y: lines[at + 1] });
      const to = pixelToCanvas(frame, { x: lines[at + 2], y: lines[at + 3] });
      path.moveTo(from.x, from.y);
      path.lineTo(to.x, to.y);
    }
    context.globalAlpha = opacity * 0.5;
    context.strokeStyle = 'black';
    context.lineWidth = 2 * LINE * unit;
    context.stroke(path);
    context.globalAlpha = opacity;
    context.setLineDash(dashed ? DASH.map((length) => length * unit) : []);
    context.strokeStyle = `rgb(${paler(red)} ${paler(green)} ${paler(blue)})`;
    context.lineWidth = LINE * unit;
    context.stroke(path);
    context.setLineDash([]);
  }
  context.restore();
}
