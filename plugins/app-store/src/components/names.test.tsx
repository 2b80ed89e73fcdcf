import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { PersonName, PersonNames } from './PersonName';

const NAMES: Record<string, string> = {
  'user:default/uma': 'Uma User',
  'group:default/guests': 'Design guests',
};

function Catalog(props: { children: ReactNode; asked?: string[] }) {
  const api = {
    forEntity: (ref: string) => {
      props.asked?.push(ref);
      return {
        snapshot: { entityRef: ref, primaryTitle: ref },
        promise: Promise.resolve({
          entityRef: ref,
          primaryTitle: NAMES[ref] ?? ref.replace(/^.*\//, ''),
        }),
      };
    },
  };
  return (
    <TestApiProvider apis={[[entityPresentationApiRef, api as any]]}>
      {props.children}
    </TestApiProvider>
  );
}

describe('28: people', () => {
  it('stand with their names, their refs on hover', async () => {
    render(
      <Catalog>
        <PersonName of="user:default/uma" />
      </Catalog>,
    );
    expect(await screen.findByText('Uma User')).toHaveAttribute(
      'title',
      'user:default/uma',
    );
    expect(screen.queryByText('uma')).toBeNull();
  });

  it('stand with their refs, too, where admins need them, and once where that is all there is', async () => {
    render(
      <Catalog>
        <PersonName of="user:default/uma" withRef />
        <PersonName of="user:default/gone" withRef />
      </Catalog>,
    );
    await screen.findByText('Uma User');
    expect(screen.getByText('uma')).toBeVisible();
    expect(screen.getAllByText('gone')).toHaveLength(1);
  });

  it('are not looked up where they are none', async () => {
    const asked: string[] = [];
    render(
      <Catalog asked={asked}>
        <PersonName of="store" />
        <PersonNames of={['group:default/guests', 'anonymous']} />
      </Catalog>,
    );
    await screen.findByText('Design guests');
    expect(screen.getByText('store')).toBeVisible();
    expect(asked).toEqual(['group:default/guests']);
  });

  it('stand with short refs where the portal has no catalog', () => {
    render(
      <TestApiProvider apis={[]}>
        <PersonName of="user:default/uma" />
      </TestApiProvider>,
    );
    expect(screen.getByText('uma')).toBeVisible();
  });
});
