/** How the store stands to a declaration: its state, for whom it acts, where it comes from, what differs. */
import { useApi } from '@backstage/frontend-plugin-api';
import type { StoreDeclaration } from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { appStoreApiRef } from '../api';
import { Facts } from '../components/AppFacts';
import { Loading } from '../components/Loading';
import { PersonName } from '../components/PersonName';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { When } from '../components/When';
import { useStore } from '../hooks/useCached';
import { useLoad } from '../hooks/useLoad';
import { Actions } from './Actions';
import { Changes } from './Changes';
import { LocationLink } from './LocationLink';
import { StateBadge } from './StateBadge';
import { contentWords, locationUrl, MEANINGS } from './words';

/** Between two looks at what is on its way, and at everything else, in milliseconds. */
const SOON_MS = 3000;
const LATER_MS = 5000;

/** The declaration of an entity, looked at again and again. */
export function useDeclaration(entityRef: string): {
  declaration?: StoreDeclaration;
  loaded: boolean;
  error?: Error;
  put: (after: StoreDeclaration | undefined) => void;
} {
  const api = useApi(appStoreApiRef);
  const { value, error, loading, reload } = useLoad(
    async () => (await api.listDeclarations({ entityRef })).items,
    [entityRef],
  );
  const [changed, setChanged] = useState<{ to?: StoreDeclaration }>();
  useEffect(() => setChanged(undefined), [value]);
  const declaration = changed ? changed.to : value?.[0];
  const soon = declaration?.state === 'PROGRESSING';
  useEffect(() => {
    if (loading) return undefined;
    const timer = setTimeout(reload, soon ? SOON_MS : LATER_MS);
    return () => clearTimeout(timer);
  }, [loading, soon, reload, value]);
  return {
    declaration,
    loaded: Boolean(value),
    error,
    put: after => setChanged({ to: after }),
  };
}

function DeclarationFacts(props: { declaration: StoreDeclaration }) {
  const { declaration } = props;
  const { owner, acceptedBy, acceptedAt, location, since } = declaration;
  return (
    <Facts
      facts={[
        ['Since', <When at={since} />],
        [
          'Acts for',
          owner ? (
            <>
              <PersonName of={owner} />
              {acceptedBy && acceptedAt && (
                <>
                  , who accepted it <When at={acceptedAt} day />
                </>
              )}
            </>
          ) : (
            'Nobody yet'
          ),
        ],
        ['In its source', contentWords(declaration)],
        [
          'Declared in',
          locationUrl(location) && <LocationLink location={location} />,
        ],
      ]}
    />
  );
}

/** The panel of one declaration. */
export function DeclarationPanel(props: {
  declaration: StoreDeclaration;
  onChange: (after: StoreDeclaration | undefined) => void;
}) {
  const { declaration, onChange } = props;
  const { state, problem, changes = [] } = declaration;
  return (
    <Flex direction="column" gap="4">
      <Flex direction="column" gap="1" role="status">
        <StateBadge state={state} />
        <Text as="p" color="secondary">
          {MEANINGS[state]}
        </Text>
      </Flex>
      {problem && (
        <ProblemPanel
          problem={problem}
          status={state === 'REFUSED' ? 'danger' : 'warning'}
        />
      )}
      <Changes changes={changes} />
      <Actions declaration={declaration} onChange={onChange} />
      <DeclarationFacts declaration={declaration} />
    </Flex>
  );
}

/** The panel of an entity's declaration, or why there is none. */
export function EntityDeclaration(props: {
  state: ReturnType<typeof useDeclaration>;
}) {
  const { declaration, loaded, error, put } = props.state;
  const seconds = useStore().value?.declarationIntervalSeconds;
  if (error && !declaration) return <ErrorPanel error={error} />;
  if (!loaded)
    return <Loading label="Loading the declaration" shape="facts" lines={3} />;
  if (!declaration)
    return (
      <Text as="p" color="secondary" role="status">
        The app store has not read this declaration yet.
        {seconds && ` It looks every ${seconds} seconds.`}
      </Text>
    );
  return <DeclarationPanel declaration={declaration} onChange={put} />;
}
