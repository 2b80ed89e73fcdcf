import { render } from '@testing-library/react';
import { When } from './When';

describe('28: a moment', () => {
  it('is short, whole on hover, and there for programs', () => {
    const at = '2026-11-25T16:33:44.000Z';
    const { container } = render(
      <>
        <When at={at} />
        <When at={at} day />
      </>,
    );
    const [moment, day] = container.querySelectorAll('time');
    expect(moment).toHaveAttribute('datetime', at);
    expect(moment.textContent).toMatch(/^Nov 25, 2026, \d{1,2}:33\s[AP]M$/u);
    expect(moment.title).toMatch(/^Wednesday, November 25, 2026.*:33:44/);
    expect(day.textContent).toBe('Nov 25, 2026');
    expect(day.title).toBe(moment.title);
  });
});
