import { describe, expect, it } from 'vitest';
import { calendarEvent } from '../../cluster/schema/calendar.ts';

// What `systemd-analyze calendar` of systemd 252 says.
describe('a calendar event of systemd', () => {
  it.each([
    'hourly',
    'Daily',
    'weekly Europe/Berlin',
    '*-*-* 00/12:00:00',
    '*:0/10',
    '*:*:0/10',
    'Mon',
    'Mon..Fri 03:00',
    'mon,Wed,Saturday *-*-* 1:00',
    '*-*-1,15 3:00:00',
    '2026-*-* 3:00 UTC',
    '*-*~1 00:00',
    '12-24',
    '0..6/2:30',
    '*-2..4-* 5:00',
    '*:5/54',
    '*-*~1..28',
  ])('%s', (text) => {
    expect(calendarEvent(text)).toBeDefined();
  });

  it.each([
    '',
    'off',
    'every 6 hours',
    '0 */12 * * *',
    '*',
    '12',
    '25:00',
    '24:00',
    '00:60',
    '1:2:3:4',
    '*/2:30',
    '*-13-*',
    '*-*-0',
    '*-*~29',
    '*:0/60',
    '*:0/0',
    '0/24:00',
    'Sat..Tue',
    'Mon Tue 3:00',
    '3:00 Mon',
    'daily 3:00',
    'hourly ',
    'UTC',
    'daily\nOnBootSec=1',
  ])('is not %j', (text) => {
    expect(calendarEvent(text)).toBeUndefined();
  });
});

// With what `systemd-analyze calendar --iterations=3` of systemd 252 says of when they elapse.
describe('a calendar event', () => {
  it.each([
    ['2020-01-01', false],
    ['2026..2030-*-* 3:00', false],
    ['2026/2-01-01', false],
    ['*-*-* 3:00', true],
    ['01-01', true],
    ['Mon 3:00', true],
    ['yearly', true],
  ])('%s is of every year: %s', (text, everyYear) => {
    expect(calendarEvent(text)).toMatchObject({ everyYear });
  });

  it.each([
    ['*-02-30', false],
    ['*-02,04,06-31', false],
    ['*-2/2-31 3:00', true],
    ['*-02-29', true],
    ['*-02-28,30', true],
    ['*-04-31', false],
    ['*-4..6-31', true],
    ['*-*-31', true],
    ['*-02~28', true],
  ])('%s comes: %s', (text, everADay) => {
    expect(calendarEvent(text)).toMatchObject({ everADay });
  });

  it.each([
    ['*:*', 1],
    ['minutely', 1],
    ['*:*:30', 1],
    ['*:*:5,5', 1],
    ['*:*:*', 60],
    ['*:0/10:0/30', 2],
    ['3:00:00,30', 2],
    ['*:*:10..20', 11],
    ['*:*:10..20/5', 3],
  ])('%s comes in a minute %d times', (text, timesAMinute) => {
    expect(calendarEvent(text)).toMatchObject({ timesAMinute });
  });
});
