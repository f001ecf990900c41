// Syntax of labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Why a text is no key of a label or taint; undefined when it is one. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.slice(0, -1).join('/');
  if (parts.length > 2 || (parts.length === 2 && (!PREFIX.test(prefix) || prefix.length > 253)))
    return 'has no DNS name in front of its "/"';
  return NAME.test(name) ? undefined : 'is not a key of a label';
}

/** Why a text is no value of a label or taint; undefined when it is one. Nothing at all is one. */
export function labelValueProblem(value: string): string | undefined {
  return value === '' || NAME.test(value) ? undefined : 'is not a value of a label';
}
