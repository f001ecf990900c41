import { expect, test } from 'vitest';
import { isInit } from '../../../lab/hosts/running.ts';

test.each([
  ['the host’s init', 'Name:\tsystemd\nNSpid:\t4385\t1\nNSsid:\t1\n', true],
  ['its keeper', 'Name:\tsh\nNSpid:\t4328\n', false],
  ['a process of the host', 'Name:\tsshd\nNSpid:\t4400\t57\n', false],
  ['the init of a pod on the host', 'Name:\tpause\nNSpid:\t4500\t80\t1\n', false],
  ['a process that is gone', '', false],
])('%s', (_, status, expected) => {
  expect(isInit(status)).toBe(expected);
});
