import { describe, expect, it } from 'vitest';
import { isCalendarEvent } from '../../cluster/schema/calendar.ts';

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
    expect(isCalendarEvent(text)).toBe(true);
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
    expect(isCalendarEvent(text)).toBe(false);
  });
});
