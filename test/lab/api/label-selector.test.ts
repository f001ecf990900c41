import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelSelector } from '../../../lab/api/label-selector.ts';
import { holds } from '../../property.ts';

const labels = { env: 'prod', role: 'master', 'example.com/pool': 'a', empty: '' };

test.each([
  ['', true],
  ['env', true],
  ['!env', false],
  ['! missing', true],
  ['missing', false],
  ['env=prod', true],
  ['env==prod', true],
  ['env = prod', true],
  ['env=test', false],
  ['env!=test', true],
  ['env!=prod', false],
  ['missing!=anything', true],
  ['empty=', true],
  ['empty', true],
  ['env in (test,prod)', true],
  ['env in (test)', false],
  ['env notin (test, staging)', true],
  ['env notin (prod)', false],
  ['missing in (a)', false],
  ['missing notin (a)', true],
  ['example.com/pool=a', true],
  ['env in (test,prod),role=master,!gone', true],
  ['env=prod,role!=master', false],
])('%j selects: %s', (selector, selected) => {
  expect(labelSelector(selector)(labels)).toBe(selected);
});

test.each(['a b', '=a', 'a=b=c', 'a in b', 'a in (b', '!', 'a,,b', 'a in (b c)', '-a', '!a=b'])(
  '%j is refused',
  (selector) => {
    expect(() => labelSelector(selector)).toThrow(/label_selector/);
  },
);

const key = fc.stringMatching(/^[a-z]([a-z0-9._-]{0,10}[a-z0-9])?$/);
const value = fc.stringMatching(/^([a-z0-9]([a-z0-9._-]{0,10}[a-z0-9])?)?$/);

test('in and notin are opposites, and in with one value is the same as =', () => {
  holds(
    fc.property(
      key,
      fc.array(value, { minLength: 1, maxLength: 3 }),
      fc.dictionary(key, value),
      (k, values, all) => {
        const within = labelSelector(`${k} in (${values.join(',')})`)(all);
        expect(labelSelector(`${k} notin (${values.join(',')})`)(all)).toBe(!within);
        expect(labelSelector(`${k}=${values[0]}`)(all)).toBe(labelSelector(`${k} in (${values[0]})`)(all));
      },
    ),
  );
});
