/** Numbers, sizes and times as people read them. */
const language = 'en-GB';

const count = new Intl.NumberFormat(language);

/** "12,345" */
export function number(value: number): string {
  return count.format(value);
}

/** "1 volume", "12 volumes" */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** "268 kB": decimal, as disks and networks count. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 || rest >= 100 ? Math.round(rest) : rest.toPrecision(rest >= 10 ? 3 : 2)} ${units[unit]}`;
}

/** "2 h 05 min", "3 min 20 s", "12 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const dayOnly = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const timeOnly = new Intl.DateTimeFormat(language, { timeStyle: 'short' });

/** "25 Nov 2026, 10:24" of an RFC 3339 time, in the machine's time zone. */
export function time(rfc3339: string): string {
  return dayAndTime.format(new Date(rfc3339));
}

/** "25 Nov 2026" */
export function day(rfc3339: string): string {
  return dayOnly.format(new Date(rfc3339));
}

/** "10:24" */
export function hourAndMinute(rfc3339: string): string {
  return timeOnly.format(new Date(rfc3339));
}

const clockTime = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });

/** "10:24:31" of an RFC 3339 time, in the machine's time zone. */
export function timeOfDay(rfc3339: string): string {
  return clockTime.format(new Date(rfc3339));
}
