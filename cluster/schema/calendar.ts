const NAMED = /^(minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually)$/i;
const TIME_ZONE = /^(UTC|[A-Z][A-Za-z]+(\/[A-Z][A-Za-z_+-]*[A-Za-z0-9])+)$/;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** When an event elapses, as far as it decides whether it ever does, and how often. */
export interface CalendarEvent {
  readonly everyYear: boolean;
  /** Whether one of its days is in one of its months. */
  readonly everADay: boolean;
  /** How many seconds of a minute it names. */
  readonly timesAMinute: number;
}

const DAILY: CalendarEvent = { everyYear: true, everADay: true, timesAMinute: 1 };

/** Parts of an event in the order in which they stand; each of them may be missing, but not all. */
const PARTS: readonly ((word: string) => Partial<CalendarEvent> | undefined)[] = [weekdays, date, time];

/**
 * What a text means as a calendar event of systemd, as in a timer's OnCalendar (systemd.time(7), CALENDAR EVENTS): `daily`,
 * `*-*-* 00/6:00:00`, `Mon..Fri 03:30`; undefined for what is none. It knows no fractions of seconds, years of two digits, steps
 * or lists from the end of a month, and no `@` with seconds since 1970. What it takes, systemd takes, too, but for names of time
 * zones, which only a host knows.
 */
export function calendarEvent(text: string): CalendarEvent | undefined {
  const words = text.split(' ');
  if (words.length > 1 && TIME_ZONE.test(words.at(-1) ?? '')) words.pop();
  if (words.length === 1 && NAMED.test(words[0] ?? '')) return DAILY;
  const places = words.map((word) => PARTS.findIndex((part) => part(word) !== undefined));
  if (!places.every((place, index) => place > (places[index - 1] ?? -1))) return undefined;
  return Object.assign(
    {},
    DAILY,
    ...words.map((word, index) => PARTS[places[index] ?? 0]?.(word)),
  ) as CalendarEvent;
}

function weekdays(word: string): Partial<CalendarEvent> | undefined {
  const are = word.split(',').every((item) => {
    const days = item.split('..').map(weekday);
    const [first = -1, last = first] = days;
    return days.length <= 2 && first >= 0 && first <= last;
  });
  return are ? {} : undefined;
}

/** Number of a weekday, by its whole name or its first three letters; -1 for any other word. */
function weekday(name: string): number {
  const lower = name.toLowerCase();
  return WEEKDAYS.findIndex((day) => day === lower || day.slice(0, 3) === lower);
}

/** Days of each month, the 29th of February among them. */
const MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `~` counts days from the end of the month, which every month has 28 of. */
function date(word: string): Partial<CalendarEvent> | undefined {
  const [, year = '*', month, day, fromEnd] =
    /^(?:([^-~]+)-)?([^-~]+)(?:-([^-~]+)|~([^-~/,]+))$/.exec(word) ?? [];
  const years = numbers(year, 1970, 2199);
  const months = numbers(month, 1, 12);
  const days = fromEnd === undefined ? numbers(day, 1, 31) : numbers(fromEnd, 1, 28);
  if (years === undefined || months === undefined || days === undefined) return undefined;
  const longest = Math.max(...months.map((one) => MONTHS[one - 1] ?? 0));
  return { everyYear: year === '*', everADay: Math.min(...days) <= longest };
}

function time(word: string): Partial<CalendarEvent> | undefined {
  const [hour, minute, second = '0', ...more] = word.split(':');
  const seconds = numbers(second, 0, 59);
  if (numbers(hour, 0, 23) === undefined || numbers(minute, 0, 59) === undefined) return undefined;
  return seconds === undefined || more.length > 0 ? undefined : { timesAMinute: new Set(seconds).size };
}

/**
 * What a field stands for: `*`, or numbers, ranges (`1..5`) and steps (`0/6`) between two bounds, separated by commas; undefined
 * for what is no field. A step must lead to another number.
 */
function numbers(text: string | undefined, least: number, most: number): readonly number[] | undefined {
  if (text === undefined) return undefined;
  if (text === '*') return upTo(least, most, 1);
  const items = text.split(',').map((item) => {
    const [, first, last, step] = /^(\d+)(?:\.\.(\d+))?(?:\/(0*[1-9]\d*))?$/.exec(item) ?? [];
    const from = Number(first);
    const inBounds =
      from >= least &&
      (last === undefined ? from + Number(step ?? 0) <= most : from < Number(last) && Number(last) <= most);
    if (!inBounds) return [];
    return last === undefined && step === undefined
      ? [from]
      : upTo(from, Number(last ?? most), Number(step ?? 1));
  });
  return items.every((item) => item.length > 0) ? items.flat() : undefined;
}

function upTo(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}
