import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { render, screen } from '@testing-library/react';
import { StatusAnnouncer } from './StatusAnnouncer';

const instance = (id: string, status: AppInstance['status']) =>
  ({ id, appTitle: id, status, terminating: false } as AppInstance);

describe('26: the states of instances', () => {
  it('are said when they change, and not when the page opens', () => {
    const { rerender } = render(<StatusAnnouncer />);
    const said = screen.getByRole('status');
    const show = (...instances: AppInstance[]) =>
      rerender(<StatusAnnouncer instances={instances} />);
    show(instance('Notes', 'DEPLOYED'), instance('Hello', 'DEPLOYED'));
    expect(said).toBeEmptyDOMElement();
    show(instance('Notes', 'SUSPENDED'), instance('Hello', 'DEPLOYED'));
    expect(said).toHaveTextContent('Notes: Suspended');
    // What says nothing new leaves what was said.
    show(instance('Notes', 'SUSPENDED'), instance('Hello', 'DEPLOYED'));
    expect(said).toHaveTextContent('Notes: Suspended');
    show(instance('Notes', 'SUSPENDED'));
    expect(said).toHaveTextContent('Hello: Terminated');
  });
});
