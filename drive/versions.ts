/** Whether `found` (`1.9.8`, `v1.10.0-beta1`) is at least `wanted`, number by number; pre-releases count as the release. */
export function isAtLeast(found: string, wanted: string): boolean {
  const [one, other] = [numbersOf(found), numbersOf(wanted)];
  for (let index = 0; index < other.length; index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
