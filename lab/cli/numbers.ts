import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function percentage(text: string): number {
  if (!/^([1-9][0-9]?|100)$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 100.');
  return Number(text);
}

/** A number of seconds, which may have a fraction. */
export function seconds(text: string): number {
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text))
    throw new InvalidArgumentError('It must be a number of seconds, such as 5.');
  return Number(text);
}

/** `300M` or `2G`, in binary units, as bytes. */
export function bytes(text: string): number {
  const [, count, unit] = /^([1-9][0-9]*)([MG])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It is a whole number of M or G, such as 300M.');
  return Number(count) * 1024 ** (unit === 'G' ? 3 : 2);
}
