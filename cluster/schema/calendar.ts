const NAMED = /^(minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually)$/i;
const TIME_ZONE = /^(UTC|[A-Z][A-Za-z]+(\/[A-Z][A-Za-z_+-]*[A-Za-z0-9])+)$/;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Parts of an event in the order in which they stand; each of them may be missing, but not all. */
const PARTS: readonly ((word: string) => boolean)[] = [areWeekdays, isDate, isTime];

/**
 * Whether systemd takes a text for a calendar event, as in a timer's OnCalendar (systemd.time(7), CALENDAR EVENTS): `daily`,
 * `*-*-* 00/6:00:00`, `Mon..Fri 03:30`. It knows no fractions of seconds, years of two digits, steps or lists from the
 * end of a month, and no `@` with seconds since 1970. What it takes, systemd takes, too, but for names of time zones, which only a host knows.
 */
export function isCalendarEvent(text: string): boolean {
  const words = text.split(' ');
  if (words.length > 1 && TIME_ZONE.test(words.at(-1) ?? '')) words.pop();
  if (words.length === 1 && NAMED.test(words[0] ?? '')) return true;
  const parts = words.map((word) => PARTS.findIndex((isPart) => isPart(word)));
  return parts.every((part, index) => part > (parts[index - 1] ?? -1));
}

function areWeekdays(word: string): boolean {
  return word.split(',').every((item) => {
    const days = item.split('..').map(weekday);
    const [first = -1, last = first] = days;
    return days.length <= 2 && first >= 0 && first <= last;
  });
}

/** Number of a weekday, by its whole name or its first three letters; -1 for any other word. */
function weekday(name: string): number {
  const lower = name.toLowerCase();
  return WEEKDAYS.findIndex((day) => day === lower || day.slice(0, 3) === lower);
}

/** `~` counts days from the end of the month, which every month has 28 of. */
function isDate(word: string): boolean {
  const [, year = '*', month, day, fromEnd] =
    /^(?:([^-~]+)-)?([^-~]+)(?:-([^-~]+)|~([^-~/,]+))$/.exec(word) ?? [];
  return (
    isField(year, 1970, 2199) && isField(month, 1, 12) && (isField(day, 1, 31) || isField(fromEnd, 1, 28))
  );
}

function isTime(word: string): boolean {
  const [hour, minute, second = '0', ...more] = word.split(':');
  return more.length === 0 && isField(hour, 0, 23) && isField(minute, 0, 59) && isField(second, 0, 59);
}

/** `*`, or numbers, ranges (`1..5`) and steps (`0/6`) between two bounds, separated by commas. A step must lead to another number. */
function isField(text: string | undefined, least: number, most: number): boolean {
  if (text === undefined || text === '*') return text === '*';
  return text.split(',').every((item) => {
    const [, first, last, step = '0'] = /^(\d+)(?:\.\.(\d+))?(?:\/(0*[1-9]\d*))?$/.exec(item) ?? [];
    return (
      Number(first) >= least &&
      (last === undefined
        ? Number(first) + Number(step) <= most
        : Number(first) < Number(last) && Number(last) <= most)
    );
  });
}
