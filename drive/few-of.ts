/** Names for one line: all of them, or the first `shown` and how many more there are. */
export function fewOf(names: readonly string[], shown: number): string {
  return names.length <= shown
    ? names.join(', ')
    : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}
