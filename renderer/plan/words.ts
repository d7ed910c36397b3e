/** Values of settings as people read them. */
import type { Plan } from '../../shared/plan.ts';
import { texts } from '../texts/index.ts';
import { type SettingPath, type SettingValue, settings, settingValue } from './settings.ts';

/** What can be chosen, with its names, where a setting is a choice. */
export function choicesOf(path: SettingPath): Record<string, string> | undefined {
  const choices: { [Path in SettingPath]?: Record<string, string> } = {
    axis: texts.plan.axes,
    normalisation: texts.plan.normalisations,
    engine: texts.plan.engines,
    method: texts.plan.methods,
    finetuneUntil: texts.plan.finetuneEnds,
    aggregation: texts.plan.aggregations,
  };
  return choices[path];
}

export function valueText(path: SettingPath, value: SettingValue): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? texts.plan.on : texts.plan.off;
  if (Array.isArray(value)) return value.join(', ');
  const name = String(choicesOf(path)?.[value] ?? value);
  return path === 'axis' || value === 'auto' ? name.toLowerCase() : name; // in a sentence; other engines are names
}

/** "48 pixels a side" */
export function settingText(plan: Plan, path: SettingPath): string {
  const { unit } = texts.plan.settings[path];
  return [valueText(path, settingValue(plan, path)), path === 'labels' ? '' : unit].filter(Boolean).join(' ');
}

/** "Pixel spacing"; where two settings are called the same, with the group: "Noise (Augmentation)". */
export function settingName(path: SettingPath): string {
  const { label } = texts.plan.settings[path];
  const namesakes = settings.filter((other) => texts.plan.settings[other.path].label === label);
  const group = namesakes.find((setting) => setting.path === path)?.group;
  return namesakes.length > 1 && group ? `${label} (${texts.plan.groups[group]})` : label;
}
