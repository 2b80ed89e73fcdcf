import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import { hasWords, withoutPattern } from './patternWords';

function patternsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'pattern' && typeof each === 'string' ? [each] : patternsOf(each),
  );
}

describe('20: words for patterns', () => {
  const patterns = [...new Set(patternsOf(API_DOCUMENT))];

  it('20: every pattern of the document has some', () => {
    expect(patterns.length).toBeGreaterThan(10);
    expect(patterns.filter(pattern => !hasWords(pattern))).toEqual([]);
  });

  it('20: no message holds one', () => {
    for (const pattern of [...patterns, '^(new|one)"$'])
      expect(withoutPattern(`must match pattern "${pattern}"`)).not.toMatch(
        /\^|\\|\[/,
      );
    expect(withoutPattern('must be string')).toBe('must be string');
  });
});
