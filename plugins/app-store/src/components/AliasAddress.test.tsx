import type { AppAlias } from '@ai-app-store/backstage-plugin-app-store-common';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router-dom';
import { AliasAddress } from './AliasAddress';

const ALIAS: AppAlias = {
  id: 'one',
  name: 'dash.example.org',
  url: 'http://dash.example.org/',
  instanceId: 'instance',
  primary: true,
  createdAt: '2026-12-01T00:00:00Z',
  updatedAt: '2026-12-01T00:00:00Z',
  revision: 1,
  can: {
    assign: false,
    unassign: false,
    promote: false,
    delete: false,
    undo: false,
  },
};

describe('15: the address of an alias', () => {
  const show = (served: boolean | undefined) =>
    render(
      <MemoryRouter>
        <TestApiProvider apis={[[toastApiRef, { post: () => ({} as never) }]]}>
          <AliasAddress alias={{ ...ALIAS, served }} />
        </TestApiProvider>
      </MemoryRouter>,
    );
  const link = () => screen.queryByRole('link', { name: ALIAS.url });

  it.each([undefined, true])('is a link where served is %s', served => {
    show(served);
    expect(link()).toHaveAttribute('href', ALIAS.url);
    expect(screen.queryByText(/Not served/)).not.toBeInTheDocument();
  });

  it('is none where its host name is no longer listed, and says who can change that', () => {
    show(false);
    expect(link()).not.toBeInTheDocument();
    expect(screen.getByText(/Not served: .*Ask an admin/)).toBeInTheDocument();
  });
});
