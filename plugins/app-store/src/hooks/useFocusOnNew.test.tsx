import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { useFocusOnNew } from './useFocusOnNew';

function List(props: { pages: number }) {
  const [page, setPage] = useState(1);
  const [loading, setLoading] = useState(false);
  const names = Array.from({ length: 2 * page }, (_, n) => `app ${n}`);
  const focusOnNew = useFocusOnNew(names.length);
  return (
    <main>
      <input aria-label="Search" />
      <ul>
        {names.map(name => (
          <li key={name}>
            <a href="#app">{name}</a>
            <button>Pin {name}</button>
          </li>
        ))}
      </ul>
      {page < props.pages && (
        <button
          disabled={loading}
          onClick={event => {
            focusOnNew(event.currentTarget);
            setLoading(true);
            setTimeout(() => {
              setPage(page + 1);
              setLoading(false);
            }, 10);
          }}
        >
          Show more
        </button>
      )}
    </main>
  );
}

describe('useFocusOnNew', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const showMore = () => {
    const button = screen.getByText('Show more');
    button.focus();
    fireEvent.click(button);
  };
  const arrive = () => act(() => jest.advanceTimersByTime(20));

  it.each([
    ['the last page, where the button is gone', 2],
    ['a page, where the button has moved down', 3],
  ])('puts the focus on the first new one of %s', (_, pages) => {
    render(<List pages={pages} />);
    showMore();
    arrive();
    expect(document.activeElement).toBe(screen.getByText('app 2'));
  });

  it('leaves the focus with whoever went on meanwhile', () => {
    render(<List pages={2} />);
    showMore();
    screen.getByLabelText('Search').focus();
    arrive();
    expect(document.activeElement).toBe(screen.getByLabelText('Search'));
  });

  it('leaves the focus where it is when a list grows by itself', () => {
    const { rerender } = render(<List pages={2} />);
    rerender(<List pages={3} />);
    expect(document.activeElement).toBe(document.body);
  });
});
