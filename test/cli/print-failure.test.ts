import { afterEach, describe, expect, it, vi } from 'vitest';
import { printFailure } from '../../cli/print-failure.ts';
import {
  backendChanged,
  declined,
  invalidCluster,
  limitsTooLow,
  missingToken,
  missingTool,
  noFirstCluster,
  noPublicKeys,
  severalMissing,
  stateWithoutServers,
  stoppedBeforeWriting,
  unreadableFile,
  unwritableFile,
} from '../../drive/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The first line of what is printed. */
function printed(failure: Error): string | undefined {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  printFailure(failure);
  return write.mock.calls.join('').split('\n')[0];
}

const noSuchFile = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
const refused = Object.assign(new Error('EACCES'), { code: 'EACCES' });
const ending = { command: ['terraform', 'init'], ending: '1', tail: [], logFile: 'log' };

describe('a failure that ends a command', () => {
  it.each([
    [invalidCluster('folder', []), 'Nothing was changed.'],
    [missingTool(['terraform'], 'Install it.'), 'Nothing was changed.'],
    [missingToken(), 'Nothing was changed.'],
    [limitsTooLow([]), 'Nothing was applied.'],
    [declined(), 'Nothing was applied.'],
    [noFirstCluster([]), 'Nothing was written.'],
    [unreadableFile('--output', 'file', noSuchFile), 'Nothing was written.'],
    [unwritableFile('--output', 'file', noSuchFile), 'Nothing was written.'],
    [stoppedBeforeWriting(), 'Nothing was written.'],
    [backendChanged('terraform', 'folder', ending), 'Nothing was made or destroyed.'],
    [stateWithoutServers(['a']), 'Nothing was made or destroyed, and nothing forgotten.'],
  ])('says what did not happen after what is wrong, which does not: $message', (failure, assurance) => {
    expect(failure.message).not.toMatch(/nothing was/i);
    expect(printed(failure)).toBe(`kubehaus: ${failure.message} ${assurance}`);
  });

  it.each([noPublicKeys('folder'), unwritableFile('--output', 'file', refused)])(
    'says no such thing where it is not known: $message',
    (failure) => {
      expect(printed(failure)).toBe(`kubehaus: ${failure.message}`);
    },
  );

  it('says it once of several that are missing', () => {
    const several = severalMissing([missingTool(['terraform'], 'Install it.'), missingToken()]);
    expect(printed(several)).toBe('kubehaus: 2 things are missing on this machine. Nothing was changed.');
    expect(several.details.join('\n')).not.toContain('Nothing was changed');
  });
});
