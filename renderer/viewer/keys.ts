/** The viewer's keys: what each does in a viewport and everywhere on the page, and how the list of keys names them. */
import type { Vector3 } from '../../shared/volume.ts';
import { texts } from '../texts/index.ts';
import { pixelToCanvas, zoomAt } from './frame.ts';
import { beginGesture, type Place } from './gestures.ts';
import { axesOf, sliceCount, type VoxelPoint, voxelToPixel } from './planes.ts';
import { isDrawingTool, type Tool } from './reading.svelte.ts';
import type { Session } from './session.svelte.ts';

const TOOLS: Record<string, Tool> = {
  c: 'crosshair',
  s: 'scroll',
  w: 'window',
  z: 'zoom',
  m: 'pan',
  b: 'brush',
  e: 'eraser',
  f: 'fill',
};
const MANY = 10; // slices

export function keyOf(tool: Tool): string {
  return Object.entries(TOOLS)
    .find(([, name]) => name === tool)![0]
    .toUpperCase();
}

/** A key that works wherever the focus is, but for fields. True where it did something. */
export function pageKey(session: Session, event: KeyboardEvent): boolean {
  const { reading, labels, map } = session;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || (key !== 'z' && key !== 'y')) return false;
    map?.drawing?.step(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    return true;
  }
  if (event.altKey) return false;
  const actions: Record<string, () => void> = {
    a: () => {
      reading.window = session.presets[0];
    },
    r: () => reading.reset(),
    v: () => {
      reading.convention = reading.convention === 'radiological' ? 'neurological' : 'radiological';
    },
    i: () => {
      reading.smooth = !reading.smooth;
    },
    l: () => {
      labels.shown = !labels.shown;
    },
    o: () => {
      labels.look = labels.look === 'fill' ? 'outline' : 'fill';
    },
    x: () => {
      reading.lines = !reading.lines;
    },
    d: () => {
      session.brush.deep = !session.brush.deep;
    },
    '[': () => session.resizeBrush(1 / 1.25),
    ']': () => session.resizeBrush(1.25),
  };
  if (key in TOOLS) reading.tool = TOOLS[key];
  else if (/^[1-9]$/.test(key)) labels.current = Number(key);
  else if (key in actions) actions[key]();
  else return false;
  return true;
}

/** A key in a viewport that has the focus. True where it did something. */
export function viewportKey(place: Place, event: KeyboardEvent): boolean {
  const { session, plane, frame } = place;
  const { reading, volume } = session;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const slice = reading.sliceOf(plane);
  if (event.shiftKey && event.key.startsWith('Arrow')) {
    moveCrosshair(place, event.key);
    return true;
  }
  const middle = { x: frame().width / 2, y: frame().height / 2 };
  const zoom = (factor: number) => reading.setCamera(plane, zoomAt(reading.cameras[plane], frame(), factor, middle));
  const actions: Record<string, () => void> = {
    ArrowUp: () => reading.goTo(plane, slice + 1),
    ArrowRight: () => reading.goTo(plane, slice + 1),
    ArrowDown: () => reading.goTo(plane, slice - 1),
    ArrowLeft: () => reading.goTo(plane, slice - 1),
    PageUp: () => reading.goTo(plane, slice + MANY),
    PageDown: () => reading.goTo(plane, slice - MANY),
    Home: () => reading.goTo(plane, 0),
    End: () => reading.goTo(plane, sliceCount(volume.grid, plane) - 1),
    Enter: () => reading.enlarge(plane),
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(1 / 1.25),
    ' ': () => {
      if (!isDrawingTool(reading.tool)) return;
      const at = pixelToCanvas(frame(), voxelToPixel(plane, reading.crosshair));
      beginGesture(reading.tool, place, at)?.end();
    },
  };
  if (!(event.key in actions)) return false;
  actions[event.key]();
  return true;
}

/** One voxel towards where the arrow points on the screen. */
function moveCrosshair({ session: { reading }, plane, frame }: Place, key: string): void {
  const { column, row } = axesOf[plane];
  const to: VoxelPoint = [...reading.crosshair] as Vector3;
  const right = frame().flipColumns ? -1 : 1;
  if (key === 'ArrowRight') to[column] += right;
  if (key === 'ArrowLeft') to[column] -= right;
  if (key === 'ArrowUp') to[row] += 1;
  if (key === 'ArrowDown') to[row] -= 1;
  reading.point(to);
}

/** The list of keys, by heading. */
export function keyList(): { title: string; rows: { keys: string[]; words: string }[] }[] {
  const { keys, tools } = texts.viewer;
  const { names, rows } = keys;
  const tool = (name: Tool) => ({ keys: [keyOf(name)], words: tools[name] });
  return [
    {
      title: keys.pointer,
      rows: [
        { keys: [names.wheel], words: rows.wheel },
        { keys: [`Ctrl ${names.wheel}`], words: rows.ctrlWheel },
        { keys: [names.left], words: rows.left },
        { keys: [names.middle], words: rows.middle },
        { keys: [names.right], words: rows.right },
        { keys: [names.double], words: rows.double },
      ],
    },
    {
      title: keys.reading,
      rows: [
        ...(['crosshair', 'scroll', 'window', 'zoom', 'pan'] as const).map(tool),
        { keys: [names.up, names.down], words: rows.arrows },
        { keys: [names.pageUp, names.pageDown], words: rows.pages },
        { keys: [names.home, names.end], words: rows.ends },
        { keys: [`Shift ${names.arrows}`], words: rows.shiftArrows },
        { keys: [names.enter], words: rows.enter },
        { keys: ['+', '-'], words: rows.plusMinus },
        { keys: ['A'], words: rows.auto },
        { keys: ['R'], words: rows.reset },
        { keys: ['V'], words: rows.convention },
        { keys: ['I'], words: rows.smooth },
        { keys: ['X'], words: rows.lines },
        { keys: ['?'], words: rows.help },
      ],
    },
    {
      title: keys.drawing,
      rows: [
        ...(['brush', 'eraser', 'fill'] as const).map(tool),
        { keys: ['1', '9'], words: rows.digits },
        { keys: ['[', ']'], words: rows.brackets },
        { keys: ['D'], words: rows.ball },
        { keys: [names.space], words: rows.space },
        { keys: ['L'], words: rows.labels },
        { keys: ['O'], words: rows.outline },
        { keys: ['Ctrl Z'], words: rows.undo },
        { keys: ['Ctrl Shift Z'], words: rows.redo },
      ],
    },
  ];
}
