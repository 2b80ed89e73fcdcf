/** A declaration on its entity page: how the store stands to it, and what it declares. */
import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Flex, Text } from '@backstage/ui';
import { Panel } from '../components/Panel';
import {
  EntityDeclaration,
  useDeclaration,
} from '../declarations/DeclarationPanel';
import { AliasCard } from './AliasCard';
import { AppCard } from './AppEntityCard';
import { InstanceCard } from './InstanceCard';
import { ResourceLink } from './ResourceLink';
import { TagAppsCard } from './TagAppsCard';

export function DeclarationCard() {
  const { entity } = useEntity();
  const state = useDeclaration(stringifyEntityRef(entity));
  const id = state.declaration?.resourceId;
  return (
    <Flex direction="column" gap="4">
      <Panel title="Declaration">
        <Flex direction="column" gap="4">
          {entity.metadata.description && (
            <Text as="p">{entity.metadata.description}</Text>
          )}
          <EntityDeclaration state={state} />
          {id && <ResourceLink kind={entity.kind} id={id} entity={entity} />}
        </Flex>
      </Panel>
      {id && entity.kind === 'App' && <AppCard id={id} />}
      {id && entity.kind === 'AppInstance' && <InstanceCard id={id} />}
      {id && entity.kind === 'AppAlias' && <AliasCard id={id} />}
      {id && entity.kind === 'AppTag' && (
        <TagAppsCard name={String(entity.spec?.name ?? entity.metadata.name)} />
      )}
    </Flex>
  );
}
