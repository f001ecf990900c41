import { z } from 'zod';

// https://docs.hetzner.cloud/reference/cloud#description/labels
const name = /^[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/;
const prefix = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** True for a label's key: an optional DNS subdomain and a slash, then a name of at most 63 characters. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash === -1) return name.test(key);
  const domain = key.slice(0, slash);
  return (
    domain.length <= 253 &&
    prefix.test(domain) &&
    domain !== 'hetzner.cloud' &&
    name.test(key.slice(slash + 1))
  );
}

/** True for a label's value: empty, or shaped as a key's name. */
export const isLabelValue = (value: string): boolean => value === '' || name.test(value);

export const Labels = z.record(
  z.string().refine(isLabelKey, 'is not a valid label key'),
  z.string().refine(isLabelValue, 'is not a valid label value'),
);
export type Labels = Readonly<Record<string, string>>;
