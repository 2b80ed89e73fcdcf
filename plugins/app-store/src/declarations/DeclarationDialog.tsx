import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef, EntityRefLink } from '@backstage/plugin-catalog-react';
import type { StoreDeclaration } from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { Loading } from '../components/Loading';
import { ErrorPanel } from '../components/ProblemPanel';
import { ViewDialog } from '../components/ViewDialog';
import { useLoad } from '../hooks/useLoad';
import { DeclarationPanel } from './DeclarationPanel';

/** The page of the entity, for those who may read it: an admin reads no more of the catalog than others do. */
function EntityPage(props: { entityRef: string }) {
  const { entityRef } = props;
  const catalog = useApi(catalogApiRef);
  const { value: entity } = useLoad(
    () => catalog.getEntityByRef(entityRef),
    [entityRef],
  );
  if (!entity) return null;
  return (
    <Text as="p">
      In the catalog: <EntityRefLink entityRef={entityRef} title={entityRef} />
    </Text>
  );
}

/** One declaration, with what differs and what may be done. */
export function DeclarationDialog(props: {
  id: string;
  onClose: () => void;
  onChange: (after: StoreDeclaration | undefined) => void;
}) {
  const { id, onClose, onChange } = props;
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(() => api.getDeclaration(id), [id]);
  return (
    <ViewDialog
      title={value?.entityRef ?? 'Declaration'}
      width={640}
      onClose={onClose}
    >
      {error && <ErrorPanel error={error} />}
      {!value && !error && (
        <Loading label="Loading the declaration" shape="facts" lines={4} />
      )}
      {value && (
        <Flex direction="column" gap="4">
          <DeclarationPanel
            declaration={value}
            onChange={after => {
              onChange(after);
              if (after) reload();
              else onClose();
            }}
          />
          {value.source === 'catalog' && (
            <EntityPage entityRef={value.entityRef} />
          )}
        </Flex>
      )}
    </ViewDialog>
  );
}
