import { expect, test } from 'vitest';
import { bytes, percentage, seconds } from '../../../lab/cli/numbers.ts';

test('sizes of disks are in binary units', () => {
  expect([bytes('300M'), bytes('2G')]).toEqual([300 * 1024 * 1024, 2 * 1024 * 1024 * 1024]);
});

test.each(['300', '0M', '1.5G', '300m', '300MB', ''])('"%s" is no size', (text) => {
  expect(() => bytes(text)).toThrow('such as 300M');
});

test('a percentage is from 1 to 100', () => {
  expect([percentage('1'), percentage('100')]).toEqual([1, 100]);
  for (const text of ['0', '101', '5%', '-1']) expect(() => percentage(text)).toThrow('from 1 to 100');
});

test('seconds may have a fraction', () => {
  expect([seconds('5'), seconds('0.5')]).toEqual([5, 0.5]);
  for (const text of ['soon', '-1', '1e3']) expect(() => seconds(text)).toThrow('such as 5');
});
