/** Where Git could not merge a file by itself: the lines, from 1, at which a conflict begins (gitglossary(7), git-merge(1)). */
export function conflictsIn(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => (/^<{7}( |\r?$)/.test(line) ? [index + 1] : []));
}
