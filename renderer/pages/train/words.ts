/** Runs and models as people name them. */
import type { ModelSummary, RunSummary } from '../../../shared/api/training.ts';
import { addressOf } from '../../state/route.svelte.ts';
import { texts, time } from '../../texts/index.ts';

/** "Fine-tuning, 25 Nov 2026, 10:24" */
export function runName({ kind, startedAt }: Pick<RunSummary, 'kind' | 'startedAt'>): string {
  return `${texts.train.kinds[kind]}, ${time(startedAt)}`;
}

/** "unet-3f2a · 25 Nov 2026, 10:24 · Dice 0.812 (median of 3)" */
export function modelName({ id, createdAt, dice }: ModelSummary): string {
  const score = dice !== null && texts.train.diceOfModel(scoreText(dice.median), dice.values.length);
  return [id, time(createdAt), score].filter(Boolean).join(' · ');
}

/** Seconds that a run took, or has taken so far. */
export function secondsOf({ startedAt, endedAt }: RunSummary, now = Date.now()): number {
  return ((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000;
}

/** The newest first. */
export function newestFirst<Item extends { createdAt: string }>(items: Item[]): Item[] {
  return items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** "Graphics card (WebGPU), AMD Radeon 780M"; empty until something was computed. */
export function computedOnText({ computedOn }: RunSummary): string {
  return computedOn.map(({ engine, device }) => `${texts.settings.engine.names[engine]}, ${device}`).join('; ');
}

export function scoreText(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

/** The way back to the overview, for pages below it. */
export function overview(): { href: string; label: string } {
  return { href: addressOf('train'), label: texts.train.back };
}
