import { invalidField } from './errors.ts';
import { isLabelKey, isLabelValue, type Labels } from './labels.ts';

type Condition = (labels: Labels) => boolean;

const wrong = (part: string) => invalidField('label_selector', `cannot understand '${part}'`);

/** Splits at the commas that stand outside of parentheses. */
function conditionsOf(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function condition(part: string): Condition {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  const comparison = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(part);
  const presence = /^(!?)\s*([^\s=!()]+)$/.exec(part);
  const [, key, operator, values] = set ?? comparison ?? [];

  if (key !== undefined && operator !== undefined && values !== undefined) {
    const wanted = values.split(',').map((value) => value.trim());
    if (!isLabelKey(key) || !wanted.every(isLabelValue)) throw wrong(part);
    const within: Condition = (labels) => {
      const value = labels[key];
      return value !== undefined && wanted.includes(value);
    };
    // As in Kubernetes, a resource without the label is not equal to any value.
    return operator === '!=' || operator === 'notin' ? (labels) => !within(labels) : within;
  }
  const present = presence?.[2];
  if (present === undefined || !isLabelKey(present)) throw wrong(part);
  return presence?.[1] === '!' ? (labels) => !(present in labels) : (labels) => present in labels;
}

/**
 * The meaning of a label selector: `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined by commas
 * (https://docs.hetzner.cloud/reference/cloud#description/label-selector). An empty selector selects all.
 * Throws `invalid_input` when it can't be understood.
 */
export function labelSelector(selector: string): Condition {
  if (selector.trim() === '') return () => true;
  const conditions = conditionsOf(selector).map(condition);
  return (labels) => conditions.every((holds) => holds(labels));
}
