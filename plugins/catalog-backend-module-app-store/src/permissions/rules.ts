/** Rules by which permission policies speak of the store's entities. */
import {
  APP_ID_ANNOTATION,
  DECLARATION_ANNOTATION,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { catalogEntityPermissionResourceRef } from '@backstage/plugin-catalog-node/alpha';
import {
  createConditionFactory,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import { z } from 'zod/v3';

/** The entity is about one of some app versions. */
export const isOneOfApps = createPermissionRule({
  name: 'IS_ONE_OF_APPS',
  description: 'Allow entities of app versions with one of these ids',
  resourceRef: catalogEntityPermissionResourceRef,
  paramsSchema: z.object({
    ids: z.array(z.string()).describe('Ids of app versions'),
  }),
  apply: (entity, { ids }) => {
    const id = entity.metadata.annotations?.[APP_ID_ANNOTATION];
    return id !== undefined && ids.includes(id);
  },
  toQuery: ({ ids }) => ({
    key: `metadata.annotations.${APP_ID_ANNOTATION}`,
    values: ids,
  }),
});

export const oneOfApps = createConditionFactory(isOneOfApps);

/** The entity is one of some declarations. */
export const isOneOfDeclarations = createPermissionRule({
  name: 'IS_ONE_OF_DECLARATIONS',
  description: 'Allow declarations with one of these entity refs',
  resourceRef: catalogEntityPermissionResourceRef,
  paramsSchema: z.object({
    refs: z.array(z.string()).describe('Refs of declarations'),
  }),
  apply: (entity, { refs }) => {
    const ref = entity.metadata.annotations?.[DECLARATION_ANNOTATION];
    return ref !== undefined && refs.includes(ref);
  },
  toQuery: ({ refs }) => ({
    key: `metadata.annotations.${DECLARATION_ANNOTATION}`,
    values: refs,
  }),
});

export const oneOfDeclarations = createConditionFactory(isOneOfDeclarations);
