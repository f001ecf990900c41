import { expect, test } from 'vitest';
import { turns } from '../../../lab/hosts/turns.ts';

function recorder() {
  const seen: string[] = [];
  const work = (name: string, milliseconds: number) => async () => {
    seen.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    seen.push(`${name} ends`);
    return name;
  };
  return { seen, work };
}

test('what is asked of one host is done in turn, of two at the same time', async () => {
  const { seen, work } = recorder();
  const inTurn = turns<number>();
  const results = [inTurn(1, work('off', 30)), inTurn(1, work('on', 1)), inTurn(2, work('other', 1))];
  expect(await Promise.all(results)).toEqual(['off', 'on', 'other']);
  expect(seen).toEqual(['off begins', 'other begins', 'other ends', 'off ends', 'on begins', 'on ends']);
});

test('a failure is told to who asked, and holds up nobody after', async () => {
  const inTurn = turns<number>();
  const failing = inTurn(1, () => Promise.reject(new Error('no disk')));
  const next = inTurn(1, () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no disk');
  expect(await next).toBe('done');
});
