/** The catalogue in use. */
import { en, type Texts } from './en.ts';

export * from './numbers.ts';
export const texts: Texts = en;

const clockTime = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });

/** "10:24:31 AM" of an RFC 3339 time, in the machine's time zone. */
export function timeOfDay(rfc3339: string): string {
  return clockTime.format(new Date(rfc3339));
}
