import { act, render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { useNamedViewer } from './useNamedViewer';

/** The parts of Backstage's viewer that need a hand. */
function Viewer(props: { found?: boolean; lines?: number }) {
  const place = useRef<HTMLDivElement>(null);
  useNamedViewer(place, true);
  return (
    <div ref={place}>
      {props.found && (
        <>
          <button />
          <button />
        </>
      )}
      <input placeholder="Search" />
      <button />
      {Array.from({ length: props.lines ?? 1 }, (_, i) => (
        <div key={i}>
          <button data-testid="copy-button" />
          <a role="row" href={`#line-${i}`}>
            {i}
          </a>
        </div>
      ))}
    </div>
  );
}

describe('26: the viewer of logs', () => {
  it('has names, and numbers that are no rows and no links', async () => {
    const { rerender, container } = render(<Viewer />);
    expect(
      screen.getByRole('button', { name: 'Show matching lines only' }),
    ).toBeVisible();
    expect(screen.getByLabelText('Search the log')).toBeVisible();
    expect(screen.getByLabelText('Copy these lines')).toBeVisible();
    expect(container.querySelectorAll('[role=row], [href]')).toHaveLength(0);
    await act(async () => rerender(<Viewer found lines={3} />));
    expect(
      screen
        .getAllByRole('button')
        .slice(0, 3)
        .map(button => button.getAttribute('aria-label')),
    ).toEqual(['Previous match', 'Next match', 'Show matching lines only']);
    expect(container.querySelectorAll('[role=row], [href]')).toHaveLength(0);
  });
});
