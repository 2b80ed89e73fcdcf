const BACKEND = 'plugins/app-store-backend/src';
const GATEWAY = 'plugins/app-store-gateway-backend/src';

export default [
  {
    finding: '5',
    name: 'an offer ends where the app would run something else',
    file: 'plugins/app-store-backend/src/apps/AppRepository.ts',
    from: '      if (offers.length)\n',
    to: '      if (offers.length > 99)\n',
    test: {
      jest: 'plugins/app-store-backend/src/apps/offers/offers.test.ts',
      name: 'is no longer offered once it would run something else',
    },
  },
  {
    finding: '5',
    name: 'a redeployed instance keeps the secrets of its start',
    file: `${BACKEND}/instances/InstanceRedeployment.ts`,
    from: 'ownerRef: record.secretsOf ?? app.ownerRef',
    to: 'ownerRef: app.ownerRef',
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: never gives its new owner',
    },
  },
  {
    finding: '5',
    name: 'an instance is redeployed only for an owner who may run the app',
    file: `${BACKEND}/instances/InstanceRedeployment.ts`,
    from: 'await this.#assertOwnerMayRun(record, app);',
    to: '',
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: never gives its new owner',
    },
  },
  {
    finding: '5',
    name: "a new owner's image gets no secrets of the former owner",
    file: `${BACKEND}/instances/InstanceRedeployment.ts`,
    from: 'imageOf(objects) !== imageOf(before)',
    to: 'false',
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: never gives the secrets of a former owner',
    },
  },
  {
    finding: '5',
    name: 'an app stays where it is until the receiver accepts it',
    file: `${BACKEND}/apps/offers/AppOffers.ts`,
    from: 'if (toRef === caller.userEntityRef) {',
    to: 'caller = { ...caller, userEntityRef: toRef };\n      {',
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: stays its owner',
    },
  },
  {
    finding: '5',
    name: 'an offer is answered by nobody but its receiver',
    file: `${BACKEND}/apps/offers/AppOffers.ts`,
    from: 'if (offer?.toRef !== caller.userEntityRef)',
    to: 'if (!offer)',
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: stays its owner',
    },
  },
  {
    finding: '5',
    name: 'an offer lapses',
    file: `${BACKEND}/apps/offers/OfferRepository.ts`,
    from: `const offers = this.#knex<OfferRow>('app_offers').where(
      'expires_at',
      '>',
      now,
    );`,
    to: "const offers = this.#knex<OfferRow>('app_offers').where('expires_at', '>', now.slice(0, 4));",
    test: {
      jest: `${BACKEND}/apps/offers/offers.test.ts`,
      name: '5: can be declined, withdrawn',
    },
  },
  {
    finding: '6',
    name: 'a name takes versions of its owner alone',
    file: `${BACKEND}/config/StoreConfig.ts`,
    from: "appNames: z.enum(['open', 'owned']).default('owned')",
    to: "appNames: z.enum(['open', 'owned']).default('open')",
    test: {
      jest: `${BACKEND}/apps/import/appNames.test.ts`,
      name: '6: are not taken over',
    },
  },
  {
    finding: '7',
    name: 'an installation leaves tags without admin roles to admins',
    file: `${BACKEND}/policy/conditions.ts`,
    from: "settings.emptyAdminRoles !== 'admins'",
    to: 'settings !== undefined',
    test: {
      jest: `${BACKEND}/policy/tables.test.ts`,
      name: '7: tags without admin roles',
    },
  },
  {
    finding: '8',
    name: 'somebody unknown has no full access where no group is named',
    file: `${BACKEND}/auth/RoleResolver.ts`,
    from: 'fullAccess:\n        known &&',
    to: 'fullAccess:',
    test: {
      jest: `${BACKEND}/auth/RoleResolver.test.ts`,
      name: '8: gives somebody unknown',
    },
  },
  {
    finding: '8',
    name: 'the portal token of somebody who is gone holds no longer',
    file: `${BACKEND}/auth/RoleResolver.ts`,
    from: 'if (!actor.known) throw unknownPerson(userEntityRef);',
    to: '',
    test: {
      jest: `${BACKEND}/people/people.test.ts`,
      name: '8: somebody whom no source knows',
    },
  },
  {
    finding: '8',
    name: 'the gateway is told of somebody who is gone',
    file: `${BACKEND}/gateway/routes.ts`,
    from: 'decision && decision.allowed && known',
    to: 'decision?.allowed',
    test: {
      jest: `${BACKEND}/people/people.test.ts`,
      name: '8: somebody whom no source knows',
    },
  },
  {
    finding: '8',
    name: 'the gateway ends the session of somebody who is gone',
    file: `${GATEWAY}/authorize/RequestAuthorizer.ts`,
    from: 'if (session && admission.known === false) {',
    to: 'if (session && admission.known === null) {',
    test: {
      jest: `${GATEWAY}/server/GatewayServer.test.ts`,
      name: '8: ends the session',
    },
  },
  {
    finding: '8',
    name: 'the gateway keeps no answer longer than the store',
    file: `${GATEWAY}/authorize/Admissions.ts`,
    from: 'if (holdsForMs !== undefined)',
    to: 'if (holdsForMs === null)',
    test: {
      jest: `${GATEWAY}/authorize/Admissions.test.ts`,
      name: '8: is asked again',
    },
  },
  {
    finding: '10',
    name: 'a refused import tells nothing of a PRIVATE version',
    file: `${BACKEND}/apps/import/NewVersions.ts`,
    from: "return may('read', existing)",
    to: 'return existing',
    test: {
      jest: `${BACKEND}/apps/import/appNames.test.ts`,
      name: '10: take versions of everybody',
    },
  },
  {
    finding: '10',
    name: 'a refused import names no owner of a PRIVATE name',
    file: `${BACKEND}/apps/import/NewVersions.ts`,
    from: 'tell ? nameOwner : undefined',
    to: 'nameOwner',
    test: {
      jest: `${BACKEND}/apps/import/appNames.test.ts`,
      name: '10: say the same',
    },
  },
  {
    finding: '10',
    name: 'names that people and computers trust are no aliases',
    file: `${BACKEND}/config/reservedAliases.ts`,
    from: 'own => [...RESERVED_ALIASES, ...own]',
    to: 'own => own',
    test: {
      jest: `${BACKEND}/config/StoreConfig.test.ts`,
      name: '10: reserves the names',
    },
  },
];
