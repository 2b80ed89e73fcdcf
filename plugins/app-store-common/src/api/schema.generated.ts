/** Types of the REST API, generated from openapi/*.yaml by scripts/generate-api.mjs. */

/** @public */
export interface paths {
  '/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every change and every refused attempt, newest first; for admins. */
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/recovery': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is newer than the restored backup of the database, and what would become of it; for admins. */
    get: operations['getRecovery'];
    put?: never;
    /** Adopts or discards what the plan lists, and lets deletions go on; for admins. */
    post: operations['decideRecovery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/iam/policies': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The policies laid over the access rules; for admins. */
    get: operations['listIamPolicies'];
    /** Adds policies, or replaces those with the same name; with `replace`, deletes all others. */
    put: operations['importIamPolicies'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/iam/policies/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    /** One policy. */
    get: operations['getIamPolicy'];
    put?: never;
    post?: never;
    /** Deletes a policy. */
    delete: operations['deleteIamPolicy'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Aliases that the reader sees. */
    get: operations['listAliases'];
    put?: never;
    /** Makes an alias. */
    post: operations['createAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    /** One alias. */
    get: operations['getAlias'];
    put?: never;
    post?: never;
    /** Deletes an alias; its name rests before anybody but its last owner may take it. */
    delete: operations['deleteAlias'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}/assignment': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    get?: never;
    /** Leads it to an instance; not its primary alias unless said so. */
    put: operations['assignAlias'];
    post?: never;
    /** Leads it nowhere. */
    delete: operations['unassignAlias'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}/promote': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes it the address of its instance. */
    post: operations['promoteAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    /** What it led to, when, and by whom; newest first. For admins also of one that was deleted. */
    get: operations['listAliasHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}/free': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends the rest of the name of a deleted alias; for admins. */
    post: operations['freeAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/aliases/{id}/undo': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Brings back what it was before its last change. */
    post: operations['undoAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Apps that the reader sees. */
    get: operations['listApps'];
    put?: never;
    /** Imports a bundle. */
    post: operations['importApp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** One app version. */
    get: operations['getApp'];
    put?: never;
    post?: never;
    /** Deletes an app version that has no instances. */
    delete: operations['deleteApp'];
    options?: never;
    head?: never;
    /** Changes what may be changed of an app version. */
    patch: operations['updateApp'];
    trace?: never;
  };
  '/apps/{id}/bundle': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The bundle itself. */
    get: operations['downloadApp'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/meta': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** A part of the bundle as text. */
    get: operations['getAppMeta'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/icon': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The icon. */
    get: operations['getAppIcon'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/screenshots/{n}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
        n: number;
      };
      cookie?: never;
    };
    /** A screenshot, counted from 0. */
    get: operations['getAppScreenshot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/preferences': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Likes or pins an app, for the reader alone. */
    patch: operations['setAppPreferences'];
    trace?: never;
  };
  '/apps/{id}/preconditions': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Decides again whether the app can be run here. */
    post: operations['refreshPreconditions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/starts': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** How long the last starts of this app took, whoever started them. */
    get: operations['getAppStarts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/managed-instance': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The newest instance of a managed app that the reader may open (specification 4.3). */
    get: operations['getManagedInstance'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/instances': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts an instance. */
    post: operations['runApp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/tags/{tagId}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
        tagId: string;
      };
      cookie?: never;
    };
    get?: never;
    /** Puts a tag on the app version. */
    put: operations['assignTag'];
    post?: never;
    /** Takes a tag off the app version. */
    delete: operations['removeTag'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is declared in repositories, and how the store stands to it. */
    get: operations['listDeclarations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** One declaration. */
    get: operations['getDeclaration'];
    put?: never;
    post?: never;
    /** Ends what is no longer declared, with the rights of the caller. */
    delete: operations['endDeclaration'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations/{id}/plan': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** What would be done. Of a proposal, with the rights of the caller. */
    get: operations['planDeclaration'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations/{id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Accepts a proposal, which acts for the caller from then on. What is declared otherwise later has to be accepted again. */
    post: operations['acceptDeclaration'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations/{id}/apply': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Applies a declaration again, also where what is there was changed in the store. */
    post: operations['applyDeclaration'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/declarations/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Applies declarations out of files, with the rights of the caller; or says what that would do. */
    post: operations['applyDeclarationFiles'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/doctor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What must hold between the store and its cluster, looked at now; for admins. */
    get: operations['getDoctor'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/doctor/warnings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What admins have to know on every page; costs next to nothing. */
    get: operations['listDoctorWarnings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/doctor/{check}/repair': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Repairs what a check found, or says what it would repair; for admins. */
    post: operations['repairDoctor'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Instances that the reader sees. */
    get: operations['listInstances'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One's instances now and whenever they change, as server-sent events. */
    get: operations['watchInstances'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** One instance. */
    get: operations['getInstance'];
    put?: never;
    post?: never;
    /** Ends it; its volume is kept for a while and can be restored. */
    delete: operations['terminateInstance'];
    options?: never;
    head?: never;
    /** Changes who may open it, at once. */
    patch: operations['updateInstance'];
    trace?: never;
  };
  '/instances/{id}/stream': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** One instance now and whenever it changes, as server-sent events. */
    get: operations['watchInstance'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/suspend': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Removes its pod; its volume stays. */
    post: operations['suspendInstance'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts it again, with its volume. */
    post: operations['resumeInstance'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/empty-volume': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts an instance whose volume is lost (`VOLUME_LOST`) with an empty one. */
    post: operations['startWithEmptyVolume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/restore': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a terminated instance back, suspended, with its volume and its aliases. */
    post: operations['restoreInstance'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/extend': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts its suspension off, once for each start, within the admin's cap. */
    post: operations['extendInstance'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/disable-autosuspend': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lets it run until somebody suspends it; for admins. */
    post: operations['disableAutosuspend'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/redeploy': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renders it again with the store's present configuration; for admins. */
    post: operations['redeployInstance'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/status': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** What the cluster says of its pod. */
    get: operations['getInstanceStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** Events of the cluster about it, newest first. */
    get: operations['listInstanceEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/launch': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** What the last launch took, step by step, beside what launches of this app usually take. */
    get: operations['getLaunchReceipt'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/instances/{id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The output of a container; a stream where `follow` is set. As text, or, where that is accepted, as events: `line` (a JSON string) and `end`. Of an instance that was terminated less than a day ago its last lines, for its owner and admins; the header X-Instance-Ended says when. */
    get: operations['getInstanceLogs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/gateway/routes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The route table as a stream; for the gateway. */
    get: operations['watchRoutes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/gateway/key-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What seals the gateway's keys where the operator gives nothing; for the gateway. */
    get: operations['getKeySecret'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/gateway/admission': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Whether somebody may open an instance; for the gateway. */
    post: operations['decideAdmission'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/gateway/first-bytes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Which instances answered a visitor for the first time since they were launched; for the gateway. */
    post: operations['noteFirstBytes'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/instances/{id}/stage': {
    parameters: {
      query: {
        stage: 'dependencies';
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    /** The stage at which a launch is by now; for the pod of the instance. */
    put: operations['putInstanceStage'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/instances/{id}/content': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The content of the bundle; for the pod of the instance. */
    get: operations['getInstanceContent'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/instances/{id}/environment': {
    parameters: {
      query: {
        /** @description What the pod says of its interpreter. */
        runtime: string;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    /** The environment that an earlier start made; for the pod of the instance. */
    get: operations['getInstanceEnvironment'];
    /** Hands an environment in; for the pod of the instance. */
    put: operations['putInstanceEnvironment'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/people': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** What the portal's sign-in says of a person; for the auth plugin. */
    put: operations['putPerson'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/catalog/apps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The app versions that the catalog may hold; for the catalog and search plugins. */
    get: operations['listCatalogApps'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/catalog/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The tags that the catalog may hold; for the catalog and search plugins. */
    get: operations['listCatalogTags'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/catalog/texts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The long descriptions of app versions that the catalog may hold; for the catalog and search plugins. */
    post: operations['listCatalogTexts'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/internal/catalog/readers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What of the catalog a person may read; for the permission plugin. */
    post: operations['readCatalogAs'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/login/device': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins the sign-in of a command line (RFC 8628). */
    post: operations['beginLogin'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/login/token': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks whether a person has confirmed the sign-in. */
    post: operations['finishLogin'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/login/requests/{code}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        code: string;
      };
      cookie?: never;
    };
    /** A sign-in that waits to be confirmed. */
    get: operations['getLoginRequest'];
    put?: never;
    /** Confirms or denies a sign-in. */
    post: operations['answerLogin'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One's access tokens; never a token itself. */
    get: operations['listTokens'];
    put?: never;
    /** Makes an access token; its text is in this answer only. */
    post: operations['createToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tokens/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends an access token; `current` for the one that the request came with. */
    delete: operations['revokeToken'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apps/{id}/offer': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    /** Offers the app version to somebody with full access, who owns it once they accept; in place of an earlier offer. An admin who names themselves owns it at once. */
    put: operations['offerApp'];
    post?: never;
    /** Withdraws the offer that the app version is part of. */
    delete: operations['withdrawOffer'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Offers of apps that still hold, the newest 200. */
    get: operations['listOffers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offers/{id}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes the reader the owner of what was offered to them; what names secrets is PRIVATE afterwards. */
    post: operations['acceptOffer'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offers/{id}/decline': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Turns an offer to the reader down. */
    post: operations['declineOffer'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/secrets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Secrets that the reader sees, without their values. */
    get: operations['listSecrets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/secrets/{name}': {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    /** A secret, without its values. */
    get: operations['getSecret'];
    /** Makes a secret, or replaces its whole key set. */
    put: operations['putSecret'];
    post?: never;
    /** Deletes a secret that no app needs. */
    delete: operations['deleteSecret'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/secrets/{name}/values': {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The values themselves; each time is audited. */
    post: operations['revealSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/secrets/{name}/usage': {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    /** Apps that use it, and instances that run with an older value. */
    get: operations['getSecretUsage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The reader. */
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/store': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the store is set to. */
    get: operations['getStore'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document. */
    get: operations['getDocument'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runtime-versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The runtime versions that apps may name. */
    get: operations['listRuntimeVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/launch-profiles': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The launch profiles that an instance may be run with. */
    get: operations['listLaunchProfiles'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/explain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Why somebody may or may not do something. */
    get: operations['explain'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All tags. */
    get: operations['listTags'];
    put?: never;
    /** Makes a tag; for admins. */
    post: operations['createTag'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tags/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: string;
      };
      cookie?: never;
    };
    /** One tag. */
    get: operations['getTag'];
    put?: never;
    post?: never;
    /** Deletes a tag and takes it off all apps; for admins. */
    delete: operations['deleteTag'];
    options?: never;
    head?: never;
    /** Changes a tag. */
    patch: operations['updateTag'];
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
/** @public */
export interface components {
  schemas: {
    /** @description Entity ref: `user:default/uma`, `group:default/design`. */
    Ref: string;
    /**
     * Format: date-time
     * @description RFC 3339.
     */
    Timestamp: string;
    /** @description Counts changes; the `ETag` is made of it. */
    Revision: number;
    /**
     * @description Who may see or use something (specification 2.2, 2.3).
     * @enum {string}
     */
    Visibility: 'PRIVATE' | 'ALL_USERS' | 'PUBLIC';
    /** @enum {string} */
    InstanceLifecycle: 'ON_DEMAND' | 'MANAGED' | 'LINK';
    /**
     * @description Who can do something about it.
     * @enum {string}
     */
    ProblemOwner: 'you' | 'author' | 'admin' | 'platform';
    /** @description One fault or oddity of several, with its place in a file. */
    Issue: {
      /** @enum {string} */
      severity?: 'error' | 'warning';
      /** @description The rule. */
      code?: string;
      message: string;
      /** @description `Runtime.Port`, or a file. */
      path?: string;
      /** @description Counted from 1. */
      line?: number;
      /** @description Counted from 1. */
      column?: number;
      remedy?: string;
    };
    /** @description A problem, said so that the reader knows what comes next. */
    Problem: {
      /** @description A stable, upper-case name: `PORT_NOT_OPEN`. */
      code: string;
      /** @description What happened, in one sentence. */
      message: string;
      owner: components['schemas']['ProblemOwner'];
      /** @description The next step. */
      remedy: string;
      /** @description Further lines, such as the end of a log, for those who may read it. */
      detail?: string;
      /** @description What shows it, in the cluster's own words; for admins. */
      evidence?: {
        /** @description Where it was seen: `Pod i-1, condition PodScheduled`. */
        source: string;
        message: string;
      }[];
    };
    /** @description The body of every failed request (RFC 9457). */
    ProblemDetails: {
      /** @enum {string} */
      type: 'about:blank';
      title: string;
      status: number;
      detail: string;
      code: string;
      owner: components['schemas']['ProblemOwner'];
      remedy: string;
      /** @description The access rule that decided, where one did. */
      rule?: string;
      /** @description Ways to be allowed; each lists all that would have to change. */
      wouldChange?: string[][];
      /** @description Single faults, for a body or bundle with several. */
      issues?: components['schemas']['Issue'][];
    };
    /**
     * @description `adopt`: rows are made again of what can be adopted, PRIVATE, of the owner it had; volumes of terminated instances are kept for seven more days. `discard`: all of it is deleted.
     * @enum {string}
     */
    RecoveryDecision: 'adopt' | 'discard';
    RecoveryItem: {
      /** @enum {string} */
      kind: 'app' | 'bundle' | 'secret' | 'instance';
      id: string;
      name: string;
      owner?: string;
      /** @description Whether it has a volume. */
      volume?: boolean;
      adoptable: boolean;
      /** @description Why it cannot be adopted. */
      reason?: string;
    };
    RecoveryReport: {
      /** @description The database is a restored backup, and deletions wait. */
      held: boolean;
      since?: components['schemas']['Timestamp'];
      /** @description By place, what the restored database knew and what the place had seen. */
      epochs?: {
        [key: string]: {
          database: number;
          seen: number;
        };
      };
      plan?: string;
      items: components['schemas']['RecoveryItem'][];
    };
    /** @enum {string} */
    AuditResult: 'done' | 'refused' | 'failed';
    AuditRecord: {
      id: string;
      at: components['schemas']['Timestamp'];
      /** @description Entity ref; `anonymous`, or `store` for what it does by itself. */
      actor: string;
      action: string;
      resourceId?: string;
      resourceName?: string;
      /** @description Where the request came from. */
      address?: string;
      /** @description What sent it. */
      client?: string;
      /** @description The access rule that decided. */
      rule?: string;
      result: components['schemas']['AuditResult'];
      /** @description The code of the problem. */
      code?: string;
      /** @description What was changed, without secrets. */
      detail?: {
        [key: string]: unknown;
      };
    };
    AuditPage: {
      items: components['schemas']['AuditRecord'][];
      retentionDays: number;
      nextCursor?: string;
    };
    IamStatement: {
      /** @enum {string} */
      effect: 'allow' | 'deny';
      subjects: string[];
      actions: string[];
      attributes?: string[];
    };
    IamPolicy: {
      name: string;
      resources: string[];
      statements: components['schemas']['IamStatement'][];
    };
    IamDocument: {
      policies: components['schemas']['IamPolicy'][];
    };
    IamPolicies: {
      revision: components['schemas']['Revision'];
      /** @description Whether appStore.iam.enabled lets them count. */
      enabled: boolean;
      policies: components['schemas']['IamPolicy'][];
    };
    /** @description A custom URL with a life of its own. */
    AppAlias: {
      id: string;
      name: string;
      url: string;
      /** @description False where no admin lists its host name any more (`appStore.aliases.hosts`); stores of older releases do not tell. */
      served?: boolean;
      /** @description Absent while it has no instance. */
      instanceId?: string;
      /** @description Title of the app of the instance. */
      instanceTitle?: string;
      /** @description It is the address of its instance. */
      primary: boolean;
      creator?: string;
      createdAt: components['schemas']['Timestamp'];
      updatedAt: components['schemas']['Timestamp'];
      revision: components['schemas']['Revision'];
      can: {
        assign: boolean;
        unassign: boolean;
        promote: boolean;
        delete: boolean;
        undo: boolean;
      };
    };
    AliasPage: {
      items: components['schemas']['AppAlias'][];
      nextCursor?: string;
    };
    /** @description One change of an alias. */
    AliasChange: {
      id: string;
      /** @enum {string} */
      action:
        | 'created'
        | 'assigned'
        | 'unassigned'
        | 'promoted'
        | 'demoted'
        | 'terminated'
        | 'deleted'
        | 'freed';
      at: components['schemas']['Timestamp'];
      /** @description Entity ref; absent where the store did it. */
      by?: string;
      /** @description Where it led from then on. */
      instanceId?: string;
      primary: boolean;
      /** @description Of a deletion; until then only the last owner may take the name. */
      restsUntil?: components['schemas']['Timestamp'];
    };
    AliasHistoryPage: {
      items: components['schemas']['AliasChange'][];
      nextCursor?: string;
    };
    ImageReference: string;
    /** @description A tag as an app has it. */
    AppTag: {
      id: string;
      name: string;
      title: string;
      /** @description `#rrggbb` */
      color: string;
      description: string;
      kind: components['schemas']['TagKind'];
      assignedAt?: components['schemas']['Timestamp'];
    };
    /** @description Whether an app can be run here. */
    Runnability: {
      runnable: boolean;
      problems: components['schemas']['Problem'][];
      checkedAt?: components['schemas']['Timestamp'];
    };
    /** @description Something that is asked when an instance is run (`[[Parameter]]`, ours). */
    AppParameter: {
      /** @description The environment variable that it becomes. */
      name: string;
      title: string;
      description?: string;
      /** @enum {string} */
      type: 'text' | 'number' | 'boolean' | 'choice';
      default?: string;
      choices?: string[];
      required?: boolean;
    };
    /** @description What an app asks of the platform. */
    AppRequirements: {
      runtime: string;
      memoryLimit: string;
      memoryReservation: string;
      cpuLimit?: string;
      gpuCount: number;
      gpuType?: string;
      volumeSize?: string;
      /** @description What the app names of the network: `internet`, `none` or ranges of addresses; absent where it leaves that to the store. */
      egress?: string[];
      volumeMount?: string;
      /** @description Names of secrets that have to be there. */
      secrets: string[];
      /** @description Operating-system packages that its `packages.txt` names. */
      osPackages: string[];
    };
    /** @description One version of an app. */
    App: {
      id: string;
      name: string;
      version: string;
      title: string;
      description: string;
      /** @description Markdown. */
      longDescription: string;
      keywords: string[];
      visibility: components['schemas']['Visibility'];
      lifecycle: components['schemas']['InstanceLifecycle'];
      /** @enum {string} */
      origin?: 'direct' | 'marketplace';
      /** @description Entity ref; absent where the reader may not know the owner. */
      owner?: string;
      offer?: components['schemas']['AppOffer'];
      /** @description Absent for visitors. */
      tags?: components['schemas']['AppTag'][];
      /** @description Path below the API's root. */
      icon?: string;
      /** @description Paths below the API's root. */
      screenshots: string[];
      requirements: components['schemas']['AppRequirements'];
      parameters: components['schemas']['AppParameter'][];
      linkAddress?: string;
      defaultLaunchProfile?: string;
      customImage?: string;
      /** @description The Kubernetes service account of its pods. Only admins can change it. */
      serviceAccount?: string;
      runnability: components['schemas']['Runnability'];
      /** @description What people should know of it who run it; one sentence each. */
      remarks?: string[];
      /** @description True for the newest version of its name that the reader sees. */
      newest: boolean;
      liked: boolean;
      pinned: boolean;
      /** @description How many people like it. */
      likes: number;
      createdAt: components['schemas']['Timestamp'];
      updatedAt: components['schemas']['Timestamp'];
      revision: components['schemas']['Revision'];
      /** @description What the reader may do. */
      can: {
        run: boolean;
        delete: boolean;
        update: boolean;
        download: boolean;
        transfer: boolean;
        setServiceAccount: boolean;
        refresh: boolean;
      };
    };
    AppPage: {
      items: components['schemas']['App'][];
      nextCursor?: string;
    };
    /** @description What may be changed of an app version. */
    AppChange: {
      visibility?: components['schemas']['Visibility'];
      /** @description Names of all its tags. */
      tags?: string[];
      /** @description null for none. */
      defaultLaunchProfile?: string | null;
      /** @description null for that of the app itself. */
      customImage?: string | null;
      /** @description For admins; null for none. */
      serviceAccount?: string | null;
    };
    /** @description What came of an import. */
    ImportedApp: {
      app: components['schemas']['App'];
      /** @description What was noticed and does not matter. */
      warnings: components['schemas']['Issue'][];
    };
    AppStarts: {
      /** @description How many were looked at, 100 at most. */
      starts: number;
      /** @description From the request until the app answered, in milliseconds; absent where there was none. */
      medianMs?: number;
    };
    ManagedInstance: {
      id: string;
      url: string;
      status: components['schemas']['InstanceStatus'];
      /** @description It answers at the moment, although it is restarting. */
      up?: boolean;
    };
    RunRequest: {
      /**
       * @default PRIVATE
       * @enum {string}
       */
      visibility: 'PRIVATE' | 'ALL_USERS' | 'PUBLIC';
      launchProfile?: string;
      /** @description Values by the names of the app's parameters. */
      parameters?: {
        [key: string]: string;
      };
    };
    /** @enum {string} */
    DeclarationKind:
      | 'AppTag'
      | 'AppSecret'
      | 'App'
      | 'AppInstance'
      | 'AppAlias';
    /**
     * @description `IN_SYNC`: what is there is what is declared. `PROGRESSING`: on the way. `DRIFTED`: what is there was changed in the store. `PROPOSED`: waits for somebody with the rights. `REFUSED`: see the problem. `ORPHANED`: no longer declared, and still there. `UNREADABLE`: the catalog cannot read the file any more, see the problem; what it declared last still counts.
     * @enum {string}
     */
    DeclarationState:
      | 'IN_SYNC'
      | 'PROGRESSING'
      | 'DRIFTED'
      | 'PROPOSED'
      | 'REFUSED'
      | 'ORPHANED'
      | 'UNREADABLE';
    /** @description What is declared against what is there. */
    DeclarationChange: {
      field: string;
      declared?: string;
      actual?: string;
    };
    /** @description What stands in the source of a declared app. */
    DeclarationContent: {
      url: string;
      /** @description The commit; of a bundle what its server calls its version. */
      etag?: string;
      name: string;
      version: string;
      contentDigest: string;
    };
    Declaration: {
      id: string;
      entityRef: string;
      kind: components['schemas']['DeclarationKind'];
      /** @enum {string} */
      source: 'catalog' | 'files';
      /** @description Where the catalog read it, or `file:` and the path of the file that was applied. */
      location?: string;
      /** @description The person for whom it acts. Absent of a proposal. */
      owner?: string;
      acceptedBy?: string;
      acceptedAt?: components['schemas']['Timestamp'];
      state: components['schemas']['DeclarationState'];
      since: components['schemas']['Timestamp'];
      missingSince?: components['schemas']['Timestamp'];
      problem?: components['schemas']['Problem'];
      changes?: components['schemas']['DeclarationChange'][];
      /** @description The id of what it declares. */
      resourceId?: string;
      content?: components['schemas']['DeclarationContent'];
      /** @description Of what it declares. */
      digest: string;
      can: {
        accept: boolean;
        apply: boolean;
        end: boolean;
      };
    };
    DeclarationPage: {
      items: components['schemas']['Declaration'][];
      nextCursor?: string;
    };
    DeclarationPlan: {
      entityRef: string;
      kind: components['schemas']['DeclarationKind'];
      /**
       * @description `REPLACE`: another instance takes the place. `WAIT`: for something else that is declared. `DIFFERS`: and is left so. `END`: no longer declared.
       * @enum {string}
       */
      action:
        | 'SAME'
        | 'CREATE'
        | 'UPDATE'
        | 'REPLACE'
        | 'WAIT'
        | 'DIFFERS'
        | 'REFUSED'
        | 'END';
      changes: components['schemas']['DeclarationChange'][];
      problem?: components['schemas']['Problem'];
      /** @description That the catalog has it, too, and a change is merged there. */
      note?: string;
      resourceId?: string;
      /** @description Of what would end, the path of the file from which it was applied last. */
      file?: string;
    };
    DeclarationFiles: {
      /** @description The name of the files together, by which what is no longer in them is known. Default: `default`, but with `prune`, which needs a name. */
      set?: string;
      /** @default false */
      dryRun: boolean;
      /**
       * @description False where only what is no longer in the files is to end.
       * @default true
       */
      apply: boolean;
      /**
       * @description Ends what was applied before and is no longer in the files.
       * @default false
       */
      prune: boolean;
      documents: {
        /** @description The path of its file, which a later `prune` tells. */
        file?: string;
        /** @description The document as JSON. */
        document: string;
        /** @description Of an app, what stands in its directory. */
        bundle?: {
          name: string;
          version: string;
          contentDigest: string;
        };
      }[];
    };
    DoctorReport: {
      checkedAt: components['schemas']['Timestamp'];
      checks: components['schemas']['DoctorCheck'][];
    };
    /** @description Something that must hold, and whether it does. */
    DoctorCheck: {
      /** @description Its name in addresses and commands: `drift`. */
      id: string;
      title: string;
      /** @enum {string} */
      state: 'OK' | 'WARNING' | 'FAILED';
      /** @description What was found, in one sentence. */
      message: string;
      /** @description The next step. */
      remedy?: string;
      evidence: {
        source: string;
        message: string;
      }[];
      /** @description The store can put it right. */
      repairable: boolean;
    };
    DoctorRepair: {
      dryRun: boolean;
      items: {
        name: string;
        action: string;
      }[];
    };
    /** @enum {string} */
    InstanceStatus: 'UNKNOWN' | 'PENDING' | 'DEPLOYED' | 'FAILED' | 'SUSPENDED';
    /** @enum {string} */
    LaunchStage:
      | 'accepted'
      | 'scheduled'
      | 'bundle'
      | 'dependencies'
      | 'starting'
      | 'ready';
    /**
     * @description A step of a launch: waiting for the store (`queued`), writing the objects (`applied`), finding a node (`scheduled`), its image (`pulled`), the app's bundle and its environment, the start of its container (`started`), its first successful probe (`probed`), the gateway's route (`routed`), and the first byte that a visitor got.
     * @enum {string}
     */
    LaunchStep:
      | 'queued'
      | 'applied'
      | 'scheduled'
      | 'pulled'
      | 'bundle'
      | 'dependencies'
      | 'started'
      | 'probed'
      | 'routed'
      | 'firstByte';
    LaunchReceipt: {
      /** @description Of this instance, from 1. */
      launch: number;
      beganAt: components['schemas']['Timestamp'];
      /** @description From the request until it could be opened; absent while it cannot. */
      readyMs?: number;
      /** @description Those that are through, in their order; what was not seen by itself is part of the next one. */
      steps: {
        step: components['schemas']['LaunchStep'];
        /** @description Since the beginning. */
        fromMs: number;
        /** @description Since the beginning. */
        toMs: number;
        /** @description What it takes in the middle of the app's launches; absent where none had it. */
        usualMs?: number;
      }[];
      /** @description The last launches of the app, of all its versions. */
      usual: {
        /** @description 100 at most. */
        launches: number;
        medianMs?: number;
        /** @description What each took until it could be opened, in milliseconds, ascending. */
        readyMs: number[];
      };
    };
    /** @description In the manner of Kubernetes' conditions. */
    InstanceCondition: {
      /**
       * @description `Applied`: the cluster has its objects as they should be. `Ready`: it can be opened. `Suspended`: nothing of it runs.
       * @enum {string}
       */
      type: 'Applied' | 'Ready' | 'Suspended';
      /** @enum {string} */
      status: 'True' | 'False' | 'Unknown';
      /** @description One word: `OutOfMemory`. */
      reason: string;
      message: string;
      /** @description Since when its status is this one. */
      lastTransitionTime: components['schemas']['Timestamp'];
    };
    /** @description A running or suspended copy of an app. */
    AppInstance: {
      id: string;
      appId: string;
      appName: string;
      appVersion: string;
      appTitle: string;
      appIcon?: string;
      lifecycle: components['schemas']['InstanceLifecycle'];
      /** @description Entity ref; absent where the reader may not know the owner. */
      owner?: string;
      visibility: components['schemas']['Visibility'];
      status: components['schemas']['InstanceStatus'];
      /** @description How far the running launch has come; `ready` afterwards; absent while suspended. */
      stage?: components['schemas']['LaunchStage'];
      /** @description When each stage of the last launch was reached. */
      stages: {
        [key: string]: string;
      };
      problem?: components['schemas']['Problem'];
      /** @description What a launch waits for, where nothing is wrong with it. */
      notice?: string;
      /** @description What holds of it beside its status, each with why and since when; for those who may read its status. */
      conditions?: components['schemas']['InstanceCondition'][];
      /** @description Suspended, and its pod has not ended yet; its status is PENDING until then. */
      suspending?: boolean;
      restartCount: number;
      /** @description The app ended by itself, and is started again or was so a short time ago; its status is FAILED until it is well. */
      restarting?: boolean;
      /** @description It answers at the moment, although it is restarting. */
      up?: boolean;
      /** @description Where it is opened: its primary alias, where it has one. */
      url: string;
      primaryAlias?: string;
      launchProfile?: string;
      /** @description For those who may read its status. */
      parameters?: {
        [key: string]: string;
      };
      suspendable: boolean;
      /** @description Absent where it never suspends by itself. */
      suspendAfter?: components['schemas']['Timestamp'];
      /** @description The one extension of this start was used. */
      extended: boolean;
      /** @description Secrets changed since it was started, which go on with their old values; for those who may read its status. */
      secretsChanged?: boolean;
      /** @description The names of those secrets, for those who may read what its app.toml holds, too. */
      staleSecrets?: string[];
      /** @description It has a volume, which is kept for a time when it is terminated; for those who may read its status. */
      keepsVolume?: boolean;
      /** @description True between the order to end and the end. */
      terminating: boolean;
      /** @description When the volume of a terminated instance goes; until then it can be restored. */
      purgeAfter?: components['schemas']['Timestamp'];
      createdAt: components['schemas']['Timestamp'];
      updatedAt: components['schemas']['Timestamp'];
      revision: components['schemas']['Revision'];
      /** @description What the reader may do now. */
      can: {
        open: boolean;
        logs: boolean;
        status: boolean;
        suspend: boolean;
        resume: boolean;
        terminate: boolean;
        update: boolean;
        extend: boolean;
        restore: boolean;
        redeploy: boolean;
        disableAutosuspend: boolean;
        alias: boolean;
      };
    };
    InstancePage: {
      items: components['schemas']['AppInstance'][];
      nextCursor?: string;
    };
    /** @description What the cluster says of an instance's pod (specification 2.3). */
    PodStatus: {
      /** @description As Kubernetes calls it: `Running`, `CrashLoopBackOff`. */
      status: string;
      reason?: string;
      message?: string;
      exitCode?: number;
      restartCount: number;
      lastFailure?: components['schemas']['Timestamp'];
    };
    /** @description An event of the cluster about an instance. */
    InstanceEvent: {
      /** @enum {string} */
      type: 'Normal' | 'Warning';
      reason: string;
      message: string;
      count: number;
      lastSeen: string;
    };
    CatalogApp: {
      id: string;
      name: string;
      version: string;
      title: string;
      description: string;
      keywords: string[];
      mode: string;
      lifecycle: components['schemas']['InstanceLifecycle'];
      visibility: components['schemas']['Visibility'];
      /** @description The newest version of its name that the catalog may hold. */
      newest: boolean;
      /** @description Only where readers of the catalog may know it. */
      owner?: string;
      /** @description Names of tags; only where readers of the catalog may know them. */
      tags?: string[];
      /** @description Whether readers who may know neither owner nor tags may come to see it, and get an entity of their own; absent where there are no such readers. */
      visitors?: boolean;
    };
    CatalogAppPage: {
      items: components['schemas']['CatalogApp'][];
      nextCursor?: string;
    };
    CatalogTag: {
      name: string;
      title: string;
      color: string;
      description: string;
      /** @description The newest version of each name that has it, the first few hundred. */
      apps: {
        name: string;
        version: string;
      }[];
    };
    CatalogText: {
      /** @description Of the app version. */
      id: string;
      /** @description Its first 2000 characters. */
      text: string;
    };
    /** @description One of `only` and `except`, whichever is shorter. */
    CatalogReader: {
      /** @description Ids of the apps that they may read. */
      only?: string[];
      /** @description Ids of the apps that they may not read. */
      except?: string[];
      /** @description Refs of the declarations that they may read. */
      declarations?: string[];
      /** @description Whether they may read tags. */
      tags: boolean;
      /** @description Whether they are an admin. */
      admin: boolean;
      /** @description No source of people knows them any more; they read nothing. */
      unknown?: boolean;
      /** @description Whether they may know owners and tags of apps; who may not reads the entities that say neither. */
      owners: boolean;
    };
    SignIn: {
      userEntityRef: components['schemas']['Ref'];
      displayName: string;
      roles: string[];
      issuers?: string[];
    };
    Admission: {
      /** @description False where there is no such instance. */
      found: boolean;
      allowed?: boolean;
      rule?: string;
      displayName?: string;
      roles?: string[];
      /** @description False where the session is one of somebody whom the store does not know (any more). It ends then. */
      known?: boolean;
      /** @description How long the answer may be kept. Absent where it depends on no person. */
      holdsForMs?: number;
    };
    Label: string;
    /** @description The beginning of a sign-in through the browser (RFC 8628). */
    BegunLogin: {
      deviceCode: string;
      userCode: string;
      verificationUri: string;
      verificationUriComplete: string;
      /** @description Seconds. */
      expiresIn: number;
      /** @description Seconds. */
      interval: number;
    };
    LoginAnswer: {
      /** @enum {string} */
      state: 'pending' | 'done';
      token?: string;
      ownerRef?: string;
    };
    /** @description A sign-in of a command line that waits for a person to confirm it. */
    LoginRequest: {
      /** @description What asks, in its own words. */
      client: string;
      userCode: string;
      createdAt: components['schemas']['Timestamp'];
      expiresAt: components['schemas']['Timestamp'];
    };
    /** @description A token of a command line (`login`) or of a machine; never the token itself. */
    AccessToken: {
      id: string;
      name: string;
      /** @enum {string} */
      kind: 'login' | 'machine';
      createdAt: components['schemas']['Timestamp'];
      expiresAt: components['schemas']['Timestamp'];
      lastUsedAt?: components['schemas']['Timestamp'];
    };
    NewAccessToken: {
      id: string;
      name: string;
      /** @enum {string} */
      kind: 'login' | 'machine';
      createdAt: components['schemas']['Timestamp'];
      expiresAt: components['schemas']['Timestamp'];
      lastUsedAt?: components['schemas']['Timestamp'];
      token: string;
    };
    /** @description To whom an app version is offered. */
    AppOffer: {
      id: string;
      /** @description Entity ref. */
      to: string;
      /** @description Entity ref of its owner, or of an admin. */
      offeredBy: string;
      allVersions: boolean;
      createdAt: components['schemas']['Timestamp'];
      expiresAt: components['schemas']['Timestamp'];
    };
    /** @description An offer to hand app versions over. */
    Offer: {
      id: string;
      /** @description Of the app. */
      name: string;
      /** @description Entity ref of the present owner. */
      from: string;
      /** @description Entity ref. */
      to: string;
      /** @description Entity ref of the owner, or of an admin. */
      offeredBy: string;
      /** @description All versions that the owner had when it was made, and the name. */
      allVersions: boolean;
      /** @description The newest version first. */
      apps: {
        id: string;
        version: string;
        title: string;
      }[];
      /** @description Names of secrets that they use, which would be the receiver's own. */
      secrets: string[];
      createdAt: components['schemas']['Timestamp'];
      expiresAt: components['schemas']['Timestamp'];
      /** @description What the reader may do. */
      can: {
        /** @description Accept or decline it. */
        answer: boolean;
        withdraw: boolean;
      };
    };
    /** @enum {string} */
    SecretVisibility: 'PRIVATE' | 'ALL_USERS' | 'APP';
    /** @description The name of a secret and its keys; never a value. */
    AppSecret: {
      id: string;
      name: string;
      visibility: components['schemas']['SecretVisibility'];
      /** @description `app:<app name>` */
      parent?: string;
      owner?: string;
      keys: string[];
      /**
       * @description Whether the cluster still holds what was put there.
       * @enum {string}
       */
      state: 'READY' | 'CHANGED_OUTSIDE' | 'LOST';
      createdAt: components['schemas']['Timestamp'];
      updatedAt: components['schemas']['Timestamp'];
      revision: components['schemas']['Revision'];
      can: {
        reveal: boolean;
        update: boolean;
        delete: boolean;
      };
    };
    SecretPage: {
      items: components['schemas']['AppSecret'][];
      nextCursor?: string;
    };
    SecretUsage: {
      apps: {
        id: string;
        name: string;
        version: string;
        title: string;
        keys: string[];
        /** @description The app runs without it, too. */
        optional: boolean;
      }[];
      /** @description Instances that were started with it. */
      instances: {
        id: string;
        appTitle: string;
        owner?: string;
        status: components['schemas']['InstanceStatus'];
        /** @description False where it still runs with an older value. */
        current: boolean;
      }[];
      /** @description Further ones that the reader may not see. */
      hidden: number;
    };
    /** @description The reader. */
    Me: {
      userEntityRef: string;
      displayName: string;
      /** @enum {string} */
      kind: 'visitor' | 'full-access';
      admin: boolean;
      roles: string[];
      /** @description Slots for instances. Each takes one until it is suspended or terminated, whether it runs, starts or failed. */
      instanceLimit: number;
      /** @description Their instances that run, and can be opened. */
      runningInstances: number;
      usedSlots: number;
      appVersionLimit?: number;
      ownedAppVersions?: number;
    };
    /** @description A banner that stays (specification 2.7). */
    Notice: {
      /** @enum {string} */
      severity: 'info' | 'error' | 'warning' | 'blocked' | 'success' | 'severe';
      title: string;
      /** @description Markdown. */
      content?: string;
    };
    /** @description What the store is set to, for pages and commands. */
    StoreInfo: {
      version: string;
      /** @description Where apps are served: scheme, domain, port. */
      appsUrl: string;
      publicMode: boolean;
      downloads: boolean;
      /** @description -1 for never. */
      instanceTimeoutSeconds?: number;
      terminatedRetentionSeconds?: number;
      /** @description How long the name of a deleted alias rests. */
      aliasRestSeconds?: number;
      /** @description Host names outside the apps' domain that aliases may have; `*.` stands for one label. */
      aliasHosts?: string[];
      /** @description How much longer an owner may have an instance run, once; 0 for not at all. */
      extensionSeconds?: number;
      /** @description Between two looks at what the catalog declares. */
      declarationIntervalSeconds?: number;
      /** @description How long a declaration is gone from the catalog before it counts as removed. */
      declarationRemovalSeconds?: number;
      notices: components['schemas']['Notice'][];
      /** @description Where the `app-store` command is downloaded; a path of the portal, or a URL. */
      commandUrl?: string;
      branding: {
        title: string;
        logoUrl?: string;
        /** @description `#rrggbb` */
        color?: string;
      };
    };
    RuntimeVersion: {
      name: string;
      mode: string;
      /** @enum {string} */
      status: 'DEFAULT' | 'AVAILABLE' | 'DEPRECATED';
      aliases: string[];
      osPackages?: string[];
    };
    /** @description A named size that an instance may be run with (specification 2.7). */
    LaunchProfile: {
      name: string;
      title: string;
      description?: string;
      memoryLimit?: string;
      memoryReservation?: string;
      cpuLimit?: string;
      cpuReservation?: string;
      gpuCount?: number;
      gpuType?: string;
    };
    /** @description A decision of the access rules, with its reasons. */
    Explanation: {
      person: string;
      /** @description `instance:view_log` */
      action: string;
      resource: string;
      allowed: boolean;
      /** @description Section of the specification and row. */
      rule: string;
      because: string[];
      wouldChange: string[][];
    };
    /**
     * @description How a tag is shown (specification 2.4).
     * @enum {string}
     */
    TagKind: 'CATEGORY' | 'AUTHORIZATION' | 'BADGE';
    TagName: string;
    TagTitle: string;
    TagColor: string;
    TagDescription: string;
    Roles: components['schemas']['Ref'][];
    Tag: {
      id: string;
      name: string;
      title: string;
      color: string;
      description: string;
      adminRoles: string[];
      visitorRoles: string[];
      /**
       * @description Who may assign, remove and change it beside admins: everybody with full access, holders of its admin roles, or nobody else.
       * @enum {string}
       */
      assigners: 'FULL_ACCESS' | 'ADMIN_ROLES' | 'ADMINS';
      kind: components['schemas']['TagKind'];
      isCategory: boolean;
      /** @description How many app versions bear it. */
      apps: number;
      revision: components['schemas']['Revision'];
      can: {
        assign: boolean;
        update: boolean;
        delete: boolean;
      };
    };
    NewTag: {
      name: components['schemas']['TagName'];
      title?: components['schemas']['TagTitle'];
      color?: components['schemas']['TagColor'];
      description?: components['schemas']['TagDescription'];
      adminRoles?: components['schemas']['Roles'];
      visitorRoles?: components['schemas']['Roles'];
    };
    TagChange: {
      name?: components['schemas']['TagName'];
      title?: components['schemas']['TagTitle'];
      color?: components['schemas']['TagColor'];
      description?: components['schemas']['TagDescription'];
      adminRoles?: components['schemas']['Roles'];
      visitorRoles?: components['schemas']['Roles'];
    };
  };
  responses: {
    /** @description Refused or failed. */
    Problem: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['ProblemDetails'];
      };
    };
    /** @description Done. */
    NoContent: {
      headers: {
        [name: string]: unknown;
      };
      content?: never;
    };
    /** @description The alias. */
    Alias: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['AppAlias'];
      };
    };
    /** @description The picture. */
    Picture: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'image/png': string;
        'image/jpeg': string;
      };
    };
    /** @description The declaration. */
    Declaration: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['Declaration'];
      };
    };
    /** @description The instance. */
    Instance: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['AppInstance'];
      };
    };
    /** @description Events `instance` (an AppInstance) and `gone` (its id). */
    EventStream: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'text/event-stream': string;
      };
    };
    /** @description The secret, without its values. */
    Secret: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['AppSecret'];
      };
    };
    /** @description The tag. */
    Tag: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['Tag'];
      };
    };
  };
  parameters: {
    id: string;
    /** @description Items of a page. */
    limit: number;
    /** @description `nextCursor` of the page before. */
    cursor: string;
    /** @description `mine`: what is one's own; `visible`: all one may see as a person; `all`: everything, for admins. */
    scope: 'mine' | 'visible' | 'all';
    /** @description The `ETag` that the change was made from; 412 where it is out of date. */
    ifMatch: string;
    /** @description Makes a repeated request answer as the first one did, for 24 hours; 422 where the body is another one. */
    idempotencyKey: string;
    /** @description Id or name. */
    aliasId: string;
    secretName: string;
    /** @description Which of several secrets of that name. */
    secretVisibility: 'PRIVATE' | 'ALL_USERS' | 'APP';
    /** @description `app:<app name>` of an APP secret. */
    secretParent: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
/** @public */
export interface operations {
  listAudit: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        actor?: components['schemas']['Ref'];
        /** @description `app:delete` */
        action?: string;
        resourceId?: string;
        result?: components['schemas']['AuditResult'];
        since?: components['schemas']['Timestamp'];
        until?: components['schemas']['Timestamp'];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What there is to decide. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryReport'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  decideRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          decision: components['schemas']['RecoveryDecision'];
          /** @description Of the report that was looked at. */
          plan: string;
        };
      };
    };
    responses: {
      /** @description What was adopted or discarded. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryReport'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listIamPolicies: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IamPolicies'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  importIamPolicies: {
    parameters: {
      query?: {
        replace?: boolean;
      };
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['IamDocument'];
      };
    };
    responses: {
      /** @description All policies there are now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IamPolicies'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getIamPolicy: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The policy. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IamPolicy'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteIamPolicy: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  listAliases: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description `mine`: what is one's own; `visible`: all one may see as a person; `all`: everything, for admins. */
        scope?: components['parameters']['scope'];
        instanceId?: string;
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AliasPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createAlias: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          instanceId?: string;
          /** @default false */
          primary?: boolean;
        };
      };
    };
    responses: {
      201: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  getAlias: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  deleteAlias: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  assignAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          instanceId: string;
          /** @default false */
          primary?: boolean;
        };
      };
    };
    responses: {
      200: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  unassignAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  promoteAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  listAliasHistory: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
      };
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AliasHistoryPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  freeAlias: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  undoAlias: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        /** @description Id or name. */
        id: components['parameters']['aliasId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Alias'];
      default: components['responses']['Problem'];
    };
  };
  listApps: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description `mine`: what is one's own; `visible`: all one may see as a person; `all`: everything, for admins. */
        scope?: components['parameters']['scope'];
        /** @description Words that name, title, description or keywords hold. */
        search?: string;
        /** @description The name of a tag. */
        tag?: string;
        /** @description Exactly this name, in all its versions. */
        name?: string;
        owner?: components['schemas']['Ref'];
        visibility?: components['schemas']['Visibility'];
        lifecycle?: components['schemas']['InstanceLifecycle'];
        /** @description Only apps that can be run here, or only those that cannot (specification 7.1). */
        runnable?: boolean;
        /** @description One version of each name, the newest that the reader sees. */
        newest?: boolean;
        liked?: boolean;
        pinned?: boolean;
        orderBy?: 'created' | 'updated' | 'title' | 'name';
        order?: 'asc' | 'desc';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AppPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  importApp: {
    parameters: {
      query?: {
        visibility?: 'PRIVATE' | 'ALL_USERS' | 'PUBLIC';
        /** @description `marketplace`: an app that resolves APP secrets only (specification 6.6); for admins. */
        origin?: 'direct' | 'marketplace';
        /** @description Instead of `Runtime.CustomImage`. */
        image?: components['schemas']['ImageReference'];
        /** @description The default launch profile. */
        profile?: string;
      };
      header?: {
        /** @description Makes a repeated request answer as the first one did, for 24 hours; 422 where the body is another one. */
        'idempotency-key'?: components['parameters']['idempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/zip': string;
        'application/x-zip-compressed': string;
        'application/octet-stream': string;
      };
    };
    responses: {
      /** @description The app. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportedApp'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getApp: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  deleteApp: {
    parameters: {
      query?: {
        /** @description Gives up volumes of terminated instances that could still be restored. */
        purgeTerminated?: boolean;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  updateApp: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AppChange'];
      };
    };
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  downloadApp: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Its bytes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/zip': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getAppMeta: {
    parameters: {
      query?: {
        part?: 'REQUIREMENTS' | 'PACKAGES' | 'FILES' | 'APP';
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The text. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getAppIcon: {
    parameters: {
      query?: {
        /** @description Changes with the picture, for caches. */
        v?: string;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Picture'];
      default: components['responses']['Problem'];
    };
  };
  getAppScreenshot: {
    parameters: {
      query?: {
        v?: string;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
        n: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Picture'];
      default: components['responses']['Problem'];
    };
  };
  setAppPreferences: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          liked?: boolean;
          pinned?: boolean;
        };
      };
    };
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  refreshPreconditions: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getAppStarts: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Of all its versions. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AppStarts'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getManagedInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Where it is. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ManagedInstance'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  runApp: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes a repeated request answer as the first one did, for 24 hours; 422 where the body is another one. */
        'idempotency-key'?: components['parameters']['idempotencyKey'];
      };
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RunRequest'];
      };
    };
    responses: {
      /** @description The instance. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AppInstance'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  assignTag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
        tagId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeTag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
        tagId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listDeclarations: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description `visible`: all one may see as a person; `all`: everything, for admins. */
        scope?: 'visible' | 'all';
        state?: components['schemas']['DeclarationState'];
        kind?: components['schemas']['DeclarationKind'];
        /** @description The declaration of one entity of the catalog. */
        entityRef?: components['schemas']['Ref'];
        /** @description Words in the entity ref. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page, by entity ref. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeclarationPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDeclaration: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Declaration'];
      default: components['responses']['Problem'];
    };
  };
  endDeclaration: {
    parameters: {
      query?: {
        /** @description Keeps what was declared, and forgets the declaration. */
        keep?: boolean;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  planDeclaration: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The plan. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeclarationPlan'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  acceptDeclaration: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Of what is accepted; 412 where it is another one by now. */
          digest: string;
        };
      };
    };
    responses: {
      200: components['responses']['Declaration'];
      default: components['responses']['Problem'];
    };
  };
  applyDeclaration: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Declaration'];
      default: components['responses']['Problem'];
    };
  };
  applyDeclarationFiles: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['DeclarationFiles'];
      };
    };
    responses: {
      /** @description What was done, or would be, in the order in which it is done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['DeclarationPlan'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDoctor: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Each check with what it found. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DoctorReport'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listDoctorWarnings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Checks that do not hold, of those that concern everything. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['DoctorCheck'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  repairDoctor: {
    parameters: {
      query?: {
        dryRun?: boolean;
      };
      header?: never;
      path: {
        check: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was repaired, or would be. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DoctorRepair'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listInstances: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description `mine`, all that one sees as a person (`visible`), or everything, for admins (`all`). */
        scope?: 'mine' | 'visible' | 'all';
        appId?: string;
        appName?: string;
        owner?: components['schemas']['Ref'];
        status?: components['schemas']['InstanceStatus'];
        /** @description Words of the app's name or title. */
        search?: string;
        /** @description Instead, terminated instances that can still be restored. */
        terminated?: boolean;
        orderBy?: 'created' | 'updated';
        order?: 'asc' | 'desc';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InstancePage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  watchInstances: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['EventStream'];
      default: components['responses']['Problem'];
    };
  };
  getInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  terminateInstance: {
    parameters: {
      query?: {
        /** @description Its volume goes at once. */
        purge?: boolean;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is being ended. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  updateInstance: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          visibility: components['schemas']['Visibility'];
        };
      };
    };
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  watchInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['EventStream'];
      default: components['responses']['Problem'];
    };
  };
  suspendInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  resumeInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  startWithEmptyVolume: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  restoreInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  extendInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  disableAutosuspend: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  redeployInstance: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Instance'];
      default: components['responses']['Problem'];
    };
  };
  getInstanceStatus: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The status. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PodStatus'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listInstanceEvents: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['InstanceEvent'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLaunchReceipt: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The receipt; of a launch under way as far as it has come. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LaunchReceipt'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getInstanceLogs: {
    parameters: {
      query?: {
        /** @description `app` (default), or `prepare`, which fetches the bundle and installs what it depends on; `bundle` and `dependencies` of instances that were started before there was one for both. */
        container?: string;
        /** @description The process before the one that runs now. */
        previous?: boolean;
        follow?: boolean;
        /** @description The last so many lines. */
        tail?: number;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Lines of text, or an event for each. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
          'text/event-stream': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  watchRoutes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Events `snapshot`, `route`, `gone`, `alias`, `alias-gone`, `access` where whatever was decided of instances may be decided otherwise, and `hash` of the whole table now and then. Whoever comes back sends `Last-Event-ID`, and gets what changed since instead of a snapshot where that is still known. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getKeySecret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The cluster keeps it; it is the same for all gateways. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            secret: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  decideAdmission: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          instanceId: string;
          userEntityRef?: components['schemas']['Ref'];
        };
      };
    };
    responses: {
      /** @description The decision. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Admission'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  noteFirstBytes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          items: {
            instanceId: string;
            /** @description By the gateway's clock, when it sends this. */
            agoMs: number;
          }[];
        };
      };
    };
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  putInstanceStage: {
    parameters: {
      query: {
        stage: 'dependencies';
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  getInstanceContent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A tar archive. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-tar': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getInstanceEnvironment: {
    parameters: {
      query: {
        /** @description What the pod says of its interpreter. */
        runtime: string;
      };
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A tar archive. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-tar': string;
        };
      };
      /** @description None is kept. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  putInstanceEnvironment: {
    parameters: {
      query: {
        /** @description What the pod says of its interpreter. */
        runtime: string;
      };
      header: {
        'x-environment-digest': string;
        'x-environment-replaces'?: string;
      };
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/x-tar': string;
        'application/octet-stream': string;
      };
    };
    responses: {
      /** @description Not wanted. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Kept. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  putPerson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SignIn'];
      };
    };
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  listCatalogApps: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description All versions of one name. */
        name?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CatalogAppPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listCatalogTags: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['CatalogTag'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listCatalogTexts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          ids: string[];
        };
      };
    };
    responses: {
      /** @description Of those that the catalog may hold. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['CatalogText'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readCatalogAs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          userEntityRef: components['schemas']['Ref'];
        };
      };
    };
    responses: {
      /** @description What they may read. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CatalogReader'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  beginLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          client: components['schemas']['Label'];
        };
      };
    };
    responses: {
      /** @description What to show and what to ask with. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BegunLogin'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  finishLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          deviceCode: string;
        };
      };
    };
    responses: {
      /** @description The token. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LoginAnswer'];
        };
      };
      /** @description Not yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LoginAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLoginRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        code: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sign-in. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LoginRequest'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  answerLogin: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        code: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          allow: boolean;
        };
      };
    };
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  listTokens: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['AccessToken'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: components['schemas']['Label'];
          /**
           * @default machine
           * @enum {string}
           */
          kind?: 'login' | 'machine';
          /** @default 90 */
          days?: number;
        };
      };
    };
    responses: {
      /** @description The token. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewAccessToken'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  offerApp: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          owner: components['schemas']['Ref'];
          /**
           * @description All versions of the name that the current owner has now, and the name of the app.
           * @default false
           */
          allVersions?: boolean;
        };
      };
    };
    responses: {
      /** @description The app. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['App'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  withdrawOffer: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  listOffers: {
    parameters: {
      query?: {
        /** @description `received`: made to the reader; `made`: of the reader's apps, or made by the reader; `all`: everybody's, for admins. */
        scope?: 'received' | 'made' | 'all';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The offers. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Offer'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  acceptOffer: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The apps. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['App'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  declineOffer: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['parameters']['id'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  listSecrets: {
    parameters: {
      query?: {
        /** @description Items of a page. */
        limit?: components['parameters']['limit'];
        /** @description `nextCursor` of the page before. */
        cursor?: components['parameters']['cursor'];
        /** @description Absent for all that one sees. */
        visibility?: components['schemas']['SecretVisibility'];
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One page. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SecretPage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSecret: {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Secret'];
      default: components['responses']['Problem'];
    };
  };
  putSecret: {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
        /** @description `*`: only where it is not there yet; 412 otherwise. */
        'if-none-match'?: '*';
      };
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Values by key. */
          data: {
            [key: string]: string;
          };
          /**
           * @description `base64` for values that are no text.
           * @default utf8
           * @enum {string}
           */
          encoding?: 'utf8' | 'base64';
        };
      };
    };
    responses: {
      200: components['responses']['Secret'];
      201: components['responses']['Secret'];
      default: components['responses']['Problem'];
    };
  };
  deleteSecret: {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  revealSecret: {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The values by key, base64. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: {
              [key: string]: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSecretUsage: {
    parameters: {
      query?: {
        /** @description Which of several secrets of that name. */
        visibility?: components['parameters']['secretVisibility'];
        /** @description `app:<app name>` of an APP secret. */
        parent?: components['parameters']['secretParent'];
      };
      header?: never;
      path: {
        name: components['parameters']['secretName'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The usage. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SecretUsage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The reader. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getStore: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What the store is set to. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StoreInfo'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDocument: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The document, OpenAPI 3.0. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            openapi: string;
            paths: Record<string, never>;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRuntimeVersions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['RuntimeVersion'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listLaunchProfiles: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['LaunchProfile'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  explain: {
    parameters: {
      query: {
        kind: 'app' | 'instance' | 'tag' | 'secret' | 'alias' | 'platform';
        action: string;
        /** @description Id, or the name of an alias, tag or secret (`app:<app name>/<name>` of an APP secret); nothing for `platform`. */
        resource?: string;
        /** @description Somebody else, for admins; `anonymous` for somebody not signed in. */
        person?: components['schemas']['Ref'];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The decision. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Explanation'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listTags: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them, by title. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Tag'][];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createTag: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewTag'];
      };
    };
    responses: {
      201: components['responses']['Tag'];
      default: components['responses']['Problem'];
    };
  };
  getTag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: components['responses']['Tag'];
      default: components['responses']['Problem'];
    };
  };
  deleteTag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id or name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: components['responses']['NoContent'];
      default: components['responses']['Problem'];
    };
  };
  updateTag: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that the change was made from; 412 where it is out of date. */
        'if-match'?: components['parameters']['ifMatch'];
      };
      path: {
        /** @description Id or name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TagChange'];
      };
    };
    responses: {
      200: components['responses']['Tag'];
      default: components['responses']['Problem'];
    };
  };
}
